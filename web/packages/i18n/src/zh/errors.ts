import type { errors as source } from "../en/errors.ts";
import type { Translation } from "../messages.ts";

export const errors: Translation<typeof source> = {
  "error.identity.invalid_credentials": "用户名、邮箱或密码不正确。",
  "error.identity.account_locked": "密码错误次数过多，账户已暂时锁定，请在 {minutes} 分钟后重试。",
  "error.identity.registration_closed": "此服务器已关闭注册。",
  "error.identity.invitation_required": "注册需要邀请。",
  "error.identity.username_taken": "该用户名已被使用。",
  "error.identity.email_taken": "已存在使用该邮箱的账户。",
  "error.identity.weak_password": "密码强度不足，请选择更长的密码。",
  "error.request.rate_limited": "操作过于频繁，请稍后再试。",
  "error.network.unreachable": "无法连接服务器，请检查网络。",
  "error.unknown": "出了点问题，请重试。",
};
