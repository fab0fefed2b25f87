// Before the first paint, and as a file of its own: the content security policy allows no inline script.
(function () {
  try {
    var theme = localStorage.getItem("openclaw.theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch (error) {
    void error; // Storage may be forbidden; the system's theme is a fine start.
  }
})();
