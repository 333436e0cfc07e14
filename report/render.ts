/** Where the data goes in the template: the base64 of the gzipped JSON of a `ReportModel`. */
export const DATA_MARKER = '{{TRAILWARDEN_DATA}}';

/**
 * Puts the data into the page.
 *
 * @param template what `buildReportTemplate` made; must hold {@link DATA_MARKER} exactly once.
 * @param dataBase64 base64 (standard alphabet, padded) of the gzipped JSON of a `ReportModel`. Nothing else is let in: the
 * alphabet has no `<`, so no text of a trail can ever close the script element that carries it.
 * @throws Error when the marker is missing or repeated, or when the data is not base64.
 */
export function renderReport(template: string, dataBase64: string): string {
  const at = template.indexOf(DATA_MARKER);
  if (at < 0) {
    throw new Error(`The report's template has no ${DATA_MARKER}: expected the text made by buildReportTemplate; build it again.`);
  }
  if (template.indexOf(DATA_MARKER, at + 1) >= 0) {
    throw new Error(`The report's template holds ${DATA_MARKER} more than once: expected it exactly once; build it again.`);
  }
  if (dataBase64.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(dataBase64)) {
    throw new Error(
      "The report's data is not base64: expected the gzipped JSON of a report model in padded base64, " +
        `got ${dataBase64.length} characters beginning with ${JSON.stringify(dataBase64.slice(0, 12))}.`,
    );
  }
  return template.slice(0, at) + dataBase64 + template.slice(at + DATA_MARKER.length);
}
