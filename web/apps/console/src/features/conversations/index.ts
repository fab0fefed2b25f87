/** Conversations: the list, and the chat. */
export { ChatPage } from "./components/ChatPage.tsx";
export { ConversationList } from "./components/ConversationList.tsx";
