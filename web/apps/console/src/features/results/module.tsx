export { CompareResultPage } from "./compare/CompareResultPage.tsx";
export { ResultsPage } from "./list/ResultsPage.tsx";
export { ResultPage } from "./result/ResultPage.tsx";
