export { katexFolder, katexFontPath, readKatexAsset } from "./katex-assets.js";
export { nodeDocument } from "./node-document.js";
export { svgToPdf } from "./pdf.js";
export { type PngOptions, svgToPng } from "./png.js";
