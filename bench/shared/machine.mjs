import { availableParallelism, cpus, loadavg } from "node:os";

/** Clocks of a benchmark, ms: by the clock, and processor time of all threads of this process. */
export const clocks = {
  now: () => performance.now(),
  processor() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
};

/** The machine in words. */
export const machine = () =>
  `${cpus()[0]?.model.trim() ?? "unknown"}, ${availableParallelism()} processors, Node ${process.versions.node}`;

/** How busy the machine is: mean number of running processes over the last minute. */
export const load = () => loadavg()[0];

/** The interpreter of the peers. */
export const python = () => process.env.PYTHON ?? "/usr/bin/python3";

/** Seconds of one run, by the clock and of the processor. */
export function seconds(run) {
  const [start, cpu] = [clocks.now(), clocks.processor()];
  run();
  return { seconds: (clocks.now() - start) / 1000, cpuSeconds: (clocks.processor() - cpu) / 1000 };
}
