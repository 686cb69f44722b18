export { nativeLibraryPath } from "./library.js";
export {
  type Instructions,
  type NativeBackend,
  type NativeOptions,
  type NativeOutcome,
  type NativeUnavailable,
  openNative,
} from "./open-native.js";
export { libraryFault, libraryHash, nativeFolder, nativeSources, recordPath, sourcesHash } from "./record.js";
