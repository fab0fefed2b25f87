"""The agent's view of a conversation."""

from uuid import UUID

from openclaw.domains.agents.service.transcript import History, Turn
from openclaw.domains.conversations import repository
from openclaw.domains.conversations.service import catalog, speech
from openclaw.infra.scope import Scope


class ConversationTranscript:
    """Implements `agents.transcript.Transcript` on this slice's tables."""

    async def load(self, scope: Scope, *, conversation_id: UUID, run_id: UUID) -> History | None:
        """What was said before the run; None when the conversation or the question is gone."""
        conversation = await repository.find_conversation(scope, conversation_id)
        if conversation is None:
            return None
        rows = await repository.list_messages(
            scope, conversation_id, after_seq=conversation.summary_through_seq
        )
        reply = next((row for row in rows if row.run_id == run_id and row.role == "assistant"), None)
        questions = [row for row in rows if row.role == "user" and reply is not None and row.seq < reply.seq]
        if not questions:
            return None
        # The run's own, which need not be the last: into the turn before something was said after it, and heard there.
        *earlier, question = sorted(questions, key=lambda row: row.run_id == run_id)
        answers = {row.seq: row.run_id for row in rows if row.role == "assistant"}
        turns = [Turn(seq=row.seq + 1, question=row.text, run_id=answers.get(row.seq + 1)) for row in earlier]
        return History(summary=conversation.summary, turns=turns, question=question.text)

    async def keep_summary(
        self, scope: Scope, *, conversation_id: UUID, summary: str, through_seq: int
    ) -> None:
        """The turns up to ``through_seq`` are from now on told to the model as ``summary``."""
        await repository.update_conversation(
            scope, conversation_id, summary=summary, summary_through_seq=through_seq
        )

    async def finish(self, scope: Scope, *, conversation_id: UUID, run_id: UUID, text: str) -> None:
        """Keep the reply's words for search, and bring the conversation to the top."""
        reply_id = await repository.set_text(scope, run_id, text)
        await repository.update_conversation(scope, conversation_id, updated_at=scope.now())
        await catalog.announce(scope, conversation_id, "finished", message_id=reply_id)

    async def lock(self, scope: Scope, *, conversation_id: UUID) -> None:
        """Nobody says anything in the conversation until the transaction ends."""
        await repository.lock_conversation(scope, conversation_id)

    async def begun(
        self, scope: Scope, *, conversation_id: UUID, run_id: UUID, session: str | None, keeps_words: bool
    ) -> None:
        """Note the runtime's session; the question is with the runtime now."""
        await repository.update_conversation(scope, conversation_id, runtime_session=session)
        if not keeps_words:
            await repository.forget_question(scope, run_id)
        await catalog.announce(scope, conversation_id, "runtime")

    async def finish_remote(
        self, scope: Scope, *, conversation_id: UUID, run_id: UUID, is_aborted: bool, keeps_words: bool
    ) -> None:
        """What was said into the run and not heard becomes a turn of its own."""
        if not keeps_words:
            await repository.forget_question(scope, run_id)
        await speech.settle(scope, conversation_id, run_id, is_aborted=is_aborted, keeps_words=keeps_words)
