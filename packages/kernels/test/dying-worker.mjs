/** A worker that takes part until there is work, claims a chunk of it, and is never heard of again. */
import { parentPort } from "node:worker_threads";
import { claim, controlWords, finish, unclaimed, word } from "../dist/wasm/control.js";

parentPort.once("message", ({ memory }) => {
  const control = controlWords(memory);
  parentPort.postMessage("ready");
  for (;;) {
    const chunk = claim(control);
    if (chunk >= 0 && control[word.blocks] > 0) process.exit();
    if (chunk >= 0) finish(control, chunk, 0);
    const ticket = Atomics.load(control, word.ticket);
    if (unclaimed(ticket) === 0) Atomics.wait(control, word.ticket, ticket);
  }
});
