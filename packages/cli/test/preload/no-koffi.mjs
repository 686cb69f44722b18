/** The package koffi is not installed. */
import Module from "node:module";

const { _load: load } = Module;
Module._load = (name, ...rest) => {
  if (name === "koffi") throw new Error("Cannot find module 'koffi'");
  return load(name, ...rest);
};
