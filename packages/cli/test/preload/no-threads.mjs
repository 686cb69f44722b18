/** The system starts no thread for the scripts that NO_THREADS matches. */
import { syncBuiltinESMExports } from "node:module";
import threads from "node:worker_threads";

const { Worker } = threads;
const refused = new RegExp(process.env.NO_THREADS);
threads.Worker = class extends Worker {
  constructor(script, options) {
    if (!refused.test(String(script))) super(script, options);
    else throw Object.assign(new Error("Worker initialization failure: EAGAIN"), { code: "ERR_WORKER_INIT_FAILED" });
  }
};
syncBuiltinESMExports();
