#!/usr/bin/env node
import { main } from "../dist/main.js";

process.exitCode = await main(process.argv);
// While Node takes itself down signals end it as if nobody had listened: after an interrupt the next one comes soon.
if (process.exitCode === 130) process.exit();
