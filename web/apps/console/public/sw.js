// Shows pushes while the console is closed, and sends the answer that a press on one gives. It caches nothing.

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("push", (event) => event.waitUntil(show(read(event.data))));
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(act(event.notification, event.action));
});

function read(data) {
  try {
    return data?.json() ?? {};
  } catch {
    return {};
  }
}

async function show(message) {
  const windows = await self.clients.matchAll({ type: "window" });
  // Whoever looks at the console sees it there.
  if (windows.some((page) => page.focused && page.visibilityState === "visible")) return;
  await self.registration.showNotification(message.title || "OpenClaw", {
    body: message.body || "",
    lang: message.language,
    tag: message.id,
    icon: "/mark.svg",
    badge: "/mark.svg",
    requireInteraction: Boolean(message.sticky),
    actions: message.token ? (message.actions || []).map(({ name, label }) => ({ action: name, title: label })) : [],
    data: { link: message.link, token: message.token, answers: message.answers, language: message.language },
  });
}

async function act(notification, decision) {
  const { link, token, answers, language } = notification.data || {};
  if (!decision || !token || !isPath(answers)) return await open(link);
  let answer;
  try {
    const response = await fetch(answers, {
      method: "POST",
      credentials: "omit",
      headers: { "Content-Type": "application/json", "Accept-Language": language === "zh" ? "zh-CN" : "en" },
      body: JSON.stringify({ token, decision }),
    });
    answer = response.ok ? null : await response.json();
  } catch {
    answer = { title: language === "zh" ? "答复未送达。" : "Your answer has not arrived." };
  }
  if (answer === null) return;
  // It was not taken: the person must know, and a press leads to where it can be answered.
  await self.registration.showNotification(answer.title || notification.title, {
    body: notification.title,
    tag: notification.tag,
    icon: "/mark.svg",
    data: { link },
  });
}

async function open(link) {
  const path = isPath(link) ? link : "/notifications";
  const [page] = await self.clients.matchAll({ type: "window" });
  if (!page) return await self.clients.openWindow(path);
  await page.focus();
  await page.navigate(path);
}

function isPath(text) {
  return typeof text === "string" && /^\/(?![/\\])/.test(text);
}
