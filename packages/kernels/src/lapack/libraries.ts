/** Shared libraries that together hold BLAS and LAPACK. */
export type LibrarySet = readonly string[];

const candidates: Readonly<Record<string, readonly LibrarySet[]>> = {
  linux: [["libopenblas.so.0"], ["libopenblas.so"], ["liblapack.so.3", "libblas.so.3"]],
  darwin: [
    ["/System/Library/Frameworks/Accelerate.framework/Accelerate"],
    ["/opt/homebrew/opt/openblas/lib/libopenblas.dylib"],
    ["/usr/local/opt/openblas/lib/libopenblas.dylib"],
  ],
  win32: [["libopenblas.dll"], ["openblas.dll"]],
};

/** Library sets to try on a platform, best first. @param platform as Node names it */
export function librariesOf(platform: string): readonly LibrarySet[] {
  return candidates[platform] ?? candidates["linux"]!;
}

/** How the library is come by on a platform, for messages. @param platform as Node names it */
export function installAdvice(platform: string): string {
  if (platform === "darwin") return "macOS has Accelerate; else: brew install openblas";
  if (platform === "win32") return "Put libopenblas.dll on PATH, or name it with { libraries: [path] }";
  return "Install libopenblas0 (Debian) or openblas, or name the files with { libraries: [path] }";
}
