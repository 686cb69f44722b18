export { nativeLibraryPath } from "./library.js";
export {
  type Instructions,
  type NativeBackend,
  type NativeOptions,
  type NativeOutcome,
  type NativeUnavailable,
  openNative,
} from "./open-native.js";
