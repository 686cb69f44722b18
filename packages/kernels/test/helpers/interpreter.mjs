/** Stands in for Python in tests of the peers: answers as attention_peers.py does, apart from what its first argument asks for. */
import { writeFileSync } from "node:fs";
import { createInterface } from "node:readline";

const [manner, pidFile] = process.argv.slice(2);
const answer = (value) => console.log(`meanfield-answer ${JSON.stringify(value)}`);

writeFileSync(pidFile, String(process.pid));
console.log('Welcome to conda {"numpy": 3}');
process.stdout.write("a warning without a newline: ");
if (manner === "silent") setInterval(() => {}, 1000);
else answer({ python: "3.0", numpy: "9.9", blas: null });

let count = 0;
for await (const _line of createInterface({ input: process.stdin })) {
  count++;
  console.log("{ still talking");
  if (count <= 2 || manner === "noisy") answer({ ns: 2, cpuNs: 1 });
  else if (manner === "dying") {
    console.error("MemoryError: killed");
    process.exit(9);
  } else if (manner === "rubbish") console.log("meanfield-answer 4.2 seconds");
  else if (manner === "wrong") answer({ ns: -1, cpuNs: "soon" });
}
