// What scripts do, and what they try.
function add(inputs) {
  console.log("adding", inputs);
  return {sum: inputs.reduce((a, b) => a + b, 0)};
}

async function ask(inputs, host) {
  await Promise.resolve();
  const doubled = host.call("double", {number: 21});
  try {
    host.call("secrets");
  } catch (error) {
    return [doubled, error.code];
  }
}

const fails = () => { throw new RangeError("not there"); };
const loops = () => { for (;;) { } };
const pattern = () => /^(a+)+$/.test("a".repeat(60) + "!");
const memory = () => { const held = []; for (;;) held.push(new Array(100000).fill(1.5)); };
const never = () => new Promise(() => {});
const outside = () => [typeof require, typeof process, typeof std, typeof os, typeof fetch];
