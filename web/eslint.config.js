import jsxA11y from "eslint-plugin-jsx-a11y";
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

const NO_FETCH = {
  selector: "CallExpression[callee.name='fetch'], MemberExpression[object.name=/^(window|globalThis)$/][property.name='fetch'], NewExpression[callee.name=/^(XMLHttpRequest|EventSource)$/]",
  message: "Requests are made in packages/api only.",
};
const NO_SOCKET = {
  selector: "NewExpression[callee.name='WebSocket']",
  message: "Sockets are opened in packages/realtime only.",
};
const NO_STYLE = {
  selector: "JSXAttribute[name.name='style']",
  message: "Looks live in style sheets, by the tokens of packages/ui.",
};

export default tseslint.config(
  { ignores: ["**/node_modules/**", "**/*.gen.ts", "apps/*/public/**", "**/dist/**"] },
  ...tseslint.configs.strict,
  {
    files: ["apps/**/*.{ts,tsx}", "packages/**/*.{ts,tsx}", "tests/**/*.{ts,tsx}"],
    plugins: { "react-hooks": reactHooks, "jsx-a11y": jsxA11y },
    rules: {
      ...jsxA11y.flatConfigs.recommended.rules,
      "react-hooks/rules-of-hooks": "error",
      "react-hooks/exhaustive-deps": "error",
      // Focus goes to the first field of a form or dialog that the person has just asked for.
      "jsx-a11y/no-autofocus": "off",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-invalid-void-type": "off",
      "max-lines": ["error", 400],
      "no-restricted-syntax": ["error", NO_FETCH, NO_SOCKET, NO_STYLE],
    },
  },
  {
    files: ["packages/api/src/**/*.ts"],
    rules: { "no-restricted-syntax": ["error", NO_SOCKET, NO_STYLE] },
  },
  {
    files: ["packages/realtime/src/**/*.ts"],
    rules: { "no-restricted-syntax": ["error", NO_FETCH, NO_STYLE] },
  },
);
