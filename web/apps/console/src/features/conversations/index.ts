/** Conversations: the list, and the chat. */
export { ChatPage } from "./components/ChatPage.tsx";
export { ConversationList } from "./components/ConversationList.tsx";
export { Transcript } from "./components/Transcript.tsx";
export { hasPi, SYNC_MODES } from "./place.ts";
