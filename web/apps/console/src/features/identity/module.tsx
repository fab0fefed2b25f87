export { ProfileSection } from "./components/ProfileSection.tsx";
export { SecuritySection } from "./components/SecuritySection.tsx";
export { SignInPage } from "./components/SignInPage.tsx";
export { SignUpPage } from "./components/SignUpPage.tsx";
