import type { ReportModel } from '../core/outputs/report-model.ts';

/**
 * Inflates the report's data.
 *
 * @param base64 base64 of the gzipped JSON of a `ReportModel`.
 * @throws Error with a sentence for the reader: an old browser, a damaged file, or a report of another version.
 */
export async function readModel(base64: string): Promise<ReportModel> {
  if (typeof DecompressionStream === 'undefined') {
    throw new Error(
      'This browser cannot inflate the data of the report. Open it with Chrome or Edge 80, Firefox 113, Safari 16.4 or a newer one.',
    );
  }
  const model = await inflate(base64.trim());
  if (model?.version !== 1) {
    throw new Error(
      `The data of this report has version ${String(model?.version)}, and its page reads version 1. Make the report again with one version of Trailwarden.`,
    );
  }
  return model;
}

async function inflate(base64: string): Promise<ReportModel> {
  try {
    const binary = atob(base64);
    const bytes = new Uint8Array(binary.length);
    for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    return (await new Response(stream).json()) as ReportModel;
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new Error(`The data of this report cannot be read (${cause}): the file was cut or changed on its way. Make the report again.`);
  }
}
