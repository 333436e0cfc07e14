/** How late an event may come and still meet everything in its order, milliseconds: what is judged stays so far behind what was read. */
export const LATENESS = 15 * 60_000;
