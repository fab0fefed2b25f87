"""What can go wrong with runs, approvals and providers."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from openclaw.kit.errors import Kind, OpenClawError


@dataclass(eq=False)
class RunNotFoundError(OpenClawError):
    """No such run, or not one of the actor's."""

    code: ClassVar[str] = "agents.run_not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    template: ClassVar[str] = "There is no such run."
    template_zh: ClassVar[str] = "运行不存在。"


@dataclass(eq=False)
class ApprovalNotFoundError(OpenClawError):
    """No such approval, or not one of the actor's."""

    code: ClassVar[str] = "agents.approval_not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    template: ClassVar[str] = "There is no such approval."
    template_zh: ClassVar[str] = "审批不存在。"


@dataclass(eq=False)
class ApprovalDecidedError(OpenClawError):
    """The approval was answered, expired or cancelled before; the first answer counts."""

    code: ClassVar[str] = "agents.approval_decided"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "This was already decided: {state}."
    template_zh: ClassVar[str] = "该请求已有结果：{state}。"

    state: str


@dataclass(eq=False)
class AnswerTokenError(OpenClawError):
    """A notification's answer is good once, for a while, and as long as its browser is signed in."""

    code: ClassVar[str] = "agents.answer_token"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    template: ClassVar[str] = "This notification cannot answer any more. Open OpenClaw to see what waits."
    template_zh: ClassVar[str] = "此通知已无法用于答复。请打开 OpenClaw 查看待处理事项。"


@dataclass(eq=False)
class ConfirmationNeededError(OpenClawError):
    """A high-risk call is allowed in two steps: say it again with ``confirm``."""

    code: ClassVar[str] = "agents.confirmation_needed"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "This is high risk. Confirm once more to allow it."
    template_zh: ClassVar[str] = "该操作风险较高，请再次确认。"


@dataclass(eq=False)
class NeverRunError(OpenClawError):
    """A client asked about what is refused always, whoever asks."""

    code: ClassVar[str] = "agents.never_run"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    template: ClassVar[str] = "This is never run: {reason}."
    template_zh: ClassVar[str] = "该操作始终被拒绝：{reason}。"

    reason: str


@dataclass(eq=False)
class TooManyQuestionsError(OpenClawError):
    """As many questions of clients wait for the user as may wait at once."""

    code: ClassVar[str] = "agents.too_many_questions"
    kind: ClassVar[Kind] = Kind.QUOTA
    template: ClassVar[str] = "{limit} questions of clients are waiting already. Answer some of them first."
    template_zh: ClassVar[str] = "已有 {limit} 个客户端请求等待回答，请先处理其中一部分。"

    limit: int


@dataclass(eq=False)
class QuestionIdInUseError(OpenClawError):
    """The id of a question was used before, for another command."""

    code: ClassVar[str] = "agents.question_id_in_use"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "This id was used before to ask about another command."
    template_zh: ClassVar[str] = "该 id 已用于询问另一条命令。"


@dataclass(eq=False)
class RuleNotPossibleError(OpenClawError):
    """No standing rule can cover this call; it can be allowed once only."""

    code: ClassVar[str] = "agents.rule_not_possible"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "This call can only be allowed once: no rule could cover it safely."
    template_zh: ClassVar[str] = "该操作只能单次允许，无法用规则安全地覆盖。"


@dataclass(eq=False)
class RuleNotFoundError(OpenClawError):
    """No such approval rule, or not one of the actor's."""

    code: ClassVar[str] = "agents.rule_not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    template: ClassVar[str] = "There is no such rule."
    template_zh: ClassVar[str] = "规则不存在。"


@dataclass(eq=False)
class ProviderNotFoundError(OpenClawError):
    """No such model provider in this workspace."""

    code: ClassVar[str] = "agents.provider_not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    template: ClassVar[str] = "There is no such model provider."
    template_zh: ClassVar[str] = "模型服务不存在。"


@dataclass(eq=False)
class ProviderKeyUnreadableError(OpenClawError):
    """The provider's key was sealed with another secret key than this installation's."""

    code: ClassVar[str] = "agents.provider_key_unreadable"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = (
        "The API key of “{name}” cannot be read any more. Enter it again in the settings."
    )
    template_zh: ClassVar[str] = "“{name}” 的 API 密钥已无法读取，请在设置中重新输入。"

    name: str


@dataclass(eq=False)
class PrivateAddressError(OpenClawError):
    """On a server that others reach, only its owner may point it at addresses inside its own network."""

    code: ClassVar[str] = "agents.private_address"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    template: ClassVar[str] = "Only the owner of this server may use an address inside its own network."
    template_zh: ClassVar[str] = "只有服务器所有者可以使用其内部网络地址。"


@dataclass(eq=False)
class RunBusyError(OpenClawError):
    """The conversation's last run has not ended."""

    code: ClassVar[str] = "agents.run_busy"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "The assistant is still working in this conversation. Wait or stop it first."
    template_zh: ClassVar[str] = "助手仍在处理此对话，请等待或先停止。"


@dataclass(eq=False)
class TooManyRunsError(OpenClawError):
    """The user has as many unfinished runs as one person may."""

    code: ClassVar[str] = "agents.too_many_runs"
    kind: ClassVar[Kind] = Kind.QUOTA
    template: ClassVar[str] = (
        "The assistant is already working for you in {limit} conversations. Wait until one ends, or stop one."
    )
    template_zh: ClassVar[str] = "助手正在处理 {limit} 个对话，请等待其中一个结束或先停止一个。"

    limit: int


@dataclass(eq=False)
class RunInterruptedError(OpenClawError):
    """The run was taken up again too often: whoever works on it keeps dying."""

    code: ClassVar[str] = "agents.run_interrupted"
    kind: ClassVar[Kind] = Kind.INTERNAL
    template: ClassVar[str] = "Given up after {limit} interruptions. Send the message again to try once more."
    template_zh: ClassVar[str] = "本轮被中断 {limit} 次，已放弃。请重新发送消息再试。"

    limit: int


@dataclass(eq=False)
class ConversationGoneError(OpenClawError):
    """The conversation was deleted before the run could answer in it."""

    code: ClassVar[str] = "agents.conversation_gone"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    template: ClassVar[str] = "The conversation was deleted before the assistant could answer."
    template_zh: ClassVar[str] = "对话已删除，助手未能回复。"


@dataclass(eq=False)
class TooManyStepsError(OpenClawError):
    """The run made as many model calls as one turn may."""

    code: ClassVar[str] = "agents.too_many_steps"
    kind: ClassVar[Kind] = Kind.QUOTA
    template: ClassVar[str] = "Stopped after {limit} model calls in one turn. Say “continue” to go on."
    template_zh: ClassVar[str] = "本轮已达 {limit} 次模型调用上限，如需继续请回复“继续”。"

    limit: int


@dataclass(eq=False)
class UndoNotOfferedError(OpenClawError):
    """The machine's bridge is too old to undo, or its owner lets nothing be written."""

    code: ClassVar[str] = "agents.undo_not_offered"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = (
        "“{name}” cannot undo changes: its bridge is too old, or its policy forbids writing."
    )
    template_zh: ClassVar[str] = "“{name}”无法撤销更改：其 bridge 版本过旧，或本地策略禁止写入。"

    name: str


@dataclass(eq=False)
class UndoFailedError(OpenClawError):
    """The machine did not say how the undo went; asking again with the same key is safe."""

    code: ClassVar[str] = "agents.undo_failed"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "“{name}” could not undo the changes: {reason}."
    template_zh: ClassVar[str] = "“{name}”未能撤销更改：{reason}。"

    name: str
    reason: str


@dataclass(eq=False)
class RuntimeNotOfferedError(OpenClawError):
    """The machine has no Pi runtime (any more), or its owner's policy has switched it off."""

    code: ClassVar[str] = "agents.runtime_not_offered"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = (
        "“{name}” does not offer the Pi runtime: it is not installed, or switched off there."
    )
    template_zh: ClassVar[str] = "“{name}”未提供 Pi 运行时：未安装，或已在本地策略中关闭。"

    name: str


@dataclass(eq=False)
class RuntimeInterruptedError(OpenClawError):
    """The machine's bridge or its runtime stopped in the middle of the turn."""

    code: ClassVar[str] = "agents.runtime_interrupted"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = (
        "Interrupted: Pi stopped on “{name}” in the middle of this turn. What it had done so far stays done."
    )
    template_zh: ClassVar[str] = "已中断：“{name}”上的 Pi 在本轮中途停止，此前已完成的操作仍然有效。"

    name: str


@dataclass(eq=False)
class RuntimeFailedError(OpenClawError):
    """The runtime said that the turn failed, or did not begin it."""

    code: ClassVar[str] = "agents.runtime_failed"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "Pi on “{name}” failed: {reason}"
    template_zh: ClassVar[str] = "“{name}”上的 Pi 出错：{reason}"

    name: str
    reason: str


@dataclass(eq=False)
class MachineLostError(OpenClawError):
    """The machine of a turn did not come back in time."""

    code: ClassVar[str] = "agents.machine_lost"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "“{name}” did not come back in time."
    template_zh: ClassVar[str] = "“{name}”未能及时恢复连接。"

    name: str


@dataclass(eq=False)
class MachineUnlinkedError(OpenClawError):
    """The machine of a turn is no longer linked."""

    code: ClassVar[str] = "agents.machine_unlinked"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "The device that this conversation is on is no longer linked."
    template_zh: ClassVar[str] = "此对话所在的设备已解除绑定。"


@dataclass(eq=False)
class AnswerNeededError(OpenClawError):
    """The question wants a choice or a text, not only a yes."""

    code: ClassVar[str] = "agents.answer_needed"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = "This question needs an answer: {reason}."
    template_zh: ClassVar[str] = "该问题需要作答：{reason}。"

    reason: str


@dataclass(eq=False)
class BudgetNotFoundError(OpenClawError):
    """No such budget, or not one of the actor's."""

    code: ClassVar[str] = "agents.budget_not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    template: ClassVar[str] = "There is no such budget."
    template_zh: ClassVar[str] = "预算不存在。"


_PARTS_ZH = {"money": "金额", "tokens": "token 数", "calls": "调用次数", "time": "时间"}


@dataclass(eq=False)
class BudgetSpentError(OpenClawError):
    """What is left of the budget is not enough for another model call. ``part``: of what it is."""

    code: ClassVar[str] = "agents.budget_spent"
    kind: ClassVar[Kind] = Kind.QUOTA
    template: ClassVar[str] = "The budget is used up ({part}): nothing more is asked of the model."
    template_zh: ClassVar[str] = "预算已用完（{part}），不再请求模型。"

    part: Literal["money", "tokens", "calls", "time"]

    def words(self, language: str = "en") -> str:
        """The sentence with the part in its language, too."""
        if language == "zh":
            return self.template_zh.format(part=_PARTS_ZH.get(self.part, self.part))
        return super().words(language)


@dataclass(eq=False)
class PriceUnknownError(OpenClawError):
    """Money is limited, and nobody knows what the model costs."""

    code: ClassVar[str] = "agents.price_unknown"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = (
        "The budget limits money, and the price of {model} is not known. Give it in the provider's settings."
    )
    template_zh: ClassVar[str] = "预算限制了金额，但 {model} 的价格未知。请在模型提供商设置中填写价格。"

    model: str
