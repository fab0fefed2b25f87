import type { errors as source } from "../en/errors.ts";
import type { Translation } from "../messages.ts";

export const errors: Translation<typeof source> = {
  "error.identity.invalid_credentials": "用户名、邮箱或密码不正确。",
  "error.identity.locked": "密码错误次数过多，账户已暂时锁定，请在 {minutes} 分钟后重试。",
  "error.identity.registration_closed": "此服务器未开放注册。",
  "error.identity.invitation_needed": "在此注册需要有效的邀请。",
  "error.identity.taken": "该用户名或邮箱已有账户。",
  "error.request.rate_limited": "操作过于频繁，请稍后再试。",
  "error.bridge.link_declined": "未在该机器上确认。",
  "error.bridge.already_linked": "桥接程序已有连接。请先在该机器上运行 openclaw bridge unlink。",
  "error.bridge.link_in_progress": "另一个连接请求正在等待该机器确认。",
  "error.automations.wrong_secret": "这不是 webhook 的机密：机密以 whsec_ 开头。",
  "error.network.unreachable": "无法连接服务器，请检查网络。",
  "error.unknown": "出了点问题，请重试。",
};
