/** What the linter asks of the web sources: typed rules, the rules of hooks, and accessibility. */
import js from "@eslint/js";
import jsxA11y from "eslint-plugin-jsx-a11y";
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist", "node_modules", "src/api/schema.d.ts", "public"] },
  {
    files: ["src/**/*.{ts,tsx}"],
    extends: [
      js.configs.recommended,
      ...tseslint.configs.recommendedTypeChecked,
      jsxA11y.flatConfigs.recommended,
      reactHooks.configs.flat.recommended,
    ],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "max-lines": ["error", { max: 200, skipBlankLines: false, skipComments: false }],
      "@typescript-eslint/consistent-type-imports": "error",
      // Event handlers may be async: their failures are handled by the mutation they start.
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { attributes: false } }],
      // The router signals a redirect by throwing it.
      "@typescript-eslint/only-throw-error": "off",
      "jsx-a11y/label-has-associated-control": ["error", { assert: "either" }],
    },
  },
  { files: ["src/**/*.test.{ts,tsx}"], rules: { "max-lines": ["error", { max: 300 }] } },
);
