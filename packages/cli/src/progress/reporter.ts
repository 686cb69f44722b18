import type { RunProgress } from "@meanfield/core/experiment";
import cliProgress from "cli-progress";

/** Shows where a computation stands; everything goes to stderr. */
export interface Reporter {
  update(progress: RunProgress): void;
  /** Ends the display; the cursor is on a fresh line afterwards. */
  done(): void;
}

export type ProgressStyle = "bar" | "lines" | "none";

/** A bar on a terminal, lines otherwise, nothing with --quiet. */
export function progressStyle(quiet: boolean): ProgressStyle {
  if (quiet) return "none";
  return process.stderr.isTTY === true && process.env["TERM"] !== "dumb" ? "bar" : "lines";
}

function barReporter(): Reporter {
  let bar: cliProgress.SingleBar | undefined;
  let stage = "";
  const stop = () => {
    bar?.stop();
    bar = undefined;
  };
  return {
    update(progress) {
      if (progress.stage !== stage) {
        stop();
        stage = progress.stage;
        bar = new cliProgress.SingleBar(
          {
            format: `${stage.padEnd(18)} [{bar}] {percentage} %  {depth}ETA {eta_formatted}`,
            barCompleteChar: "█",
            barIncompleteChar: "░",
            barsize: 30,
            stream: process.stderr,
            hideCursor: true,
            etaBuffer: 20,
          },
          cliProgress.Presets.shades_classic,
        );
        bar.start(1000, 0, { depth: "" });
      }
      const depth = progress.t === undefined ? "" : `t = ${progress.t.toPrecision(4)}  `;
      bar?.update(Math.round(1000 * progress.fraction), { depth });
    },
    done: stop,
  };
}

/** One line at the start of each stage and one every ten seconds. */
function lineReporter(): Reporter {
  let stage = "";
  let next = 0;
  return {
    update({ stage: current, fraction, t }) {
      const now = Date.now();
      if (current === stage && now < next) return;
      stage = current;
      next = now + 10_000;
      const depth = t === undefined ? "" : `, t = ${t.toPrecision(4)}`;
      process.stderr.write(`${stage}: ${Math.round(100 * fraction)} %${depth}\n`);
    },
    done() {},
  };
}

export function createReporter(style: ProgressStyle): Reporter {
  if (style === "bar") return barReporter();
  if (style === "lines") return lineReporter();
  return { update() {}, done() {} };
}
