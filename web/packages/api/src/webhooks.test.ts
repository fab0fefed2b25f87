import { createHmac } from "node:crypto";

import { expect, it } from "vitest";

import { signedHeaders, WrongSecretError } from "./webhooks.ts";

it("signs as the specification of Standard Webhooks does in its own example", async () => {
  const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  const headers = await signedHeaders(secret, { id: "msg_p5jXN8AQM9LWM0D4loKWxJek", at: 1614265330, body: '{"test": 2432232314}' });
  expect(headers).toEqual({
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  });
});

it("signs what is not ASCII by its UTF-8", async () => {
  const key = Buffer.from("key");
  const { "webhook-signature": signature } = await signedHeaders(`whsec_${key.toString("base64")}`, { id: "a", at: 1, body: "数据" });
  expect(signature).toBe(`v1,${createHmac("sha256", key).update("a.1.数据").digest("base64")}`);
});

it.each(["", "secret", "whsec_", "whsec_%%%"])("refuses %j, which is no secret", async (secret) => {
  await expect(signedHeaders(secret, { id: "a", at: 1, body: "" })).rejects.toThrow(WrongSecretError);
});
