import svgToPdfKit from "svg-to-pdfkit";
import { documentWithFaces, faceOf } from "./place-runs.js";

const pointsPerPixel = 0.75;

/**
 * SVG → PDF of the same size, vector, text as text, fonts embedded (KaTeX's: they have Greek and operators; the standard
 * PDF fonts do not).
 * @param svg Standalone SVG of `renderSvg`.
 * @param size CSS px; 336 px become 252 pt, one column.
 * @throws InputError unreadable (the fonts of katex are missing)
 * @cost O(marks)
 */
export async function svgToPdf(
  svg: string,
  size: { readonly width: number; readonly height: number; readonly title?: string },
): Promise<Uint8Array> {
  const document = documentWithFaces({
    size: [size.width * pointsPerPixel, size.height * pointsPerPixel],
    margin: 0,
    compress: true,
    info: { Title: size.title ?? "", Creator: "Meanfield", CreationDate: new Date(0), ModDate: new Date(0) },
  });
  const chunks: Uint8Array[] = [];
  const done = new Promise<void>((resolve, reject) => {
    document.on("data", (chunk: Uint8Array) => chunks.push(chunk));
    document.on("end", () => resolve());
    document.on("error", reject);
  });
  svgToPdfKit(document as never, svg, 0, 0, { fontCallback: faceOf });
  document.end();
  await done;
  return new Uint8Array(Buffer.concat(chunks));
}
