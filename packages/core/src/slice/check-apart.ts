import { ModalkitError } from '@modalkit/contract';
import type { PlacedRecording } from './split-groups.js';

/**
 * Refuses splits that hold the same moment: two recordings of one machine at one time, such as copies, in different splits.
 * @throws ModalkitError DATA that names both recordings
 */
export function checkApart(recordings: readonly PlacedRecording[]): void {
  const spans = recordings
    .map((recording) => {
      const start = Date.parse(recording.started);
      return { recording, start, end: start + 1000 * recording.seconds };
    })
    .sort((a, b) => a.start - b.start);
  for (const [at, { recording, end }] of spans.entries()) {
    for (let next = at + 1; next < spans.length && spans[next]!.start < end; next++) {
      const other = spans[next]!.recording;
      if (recording.split === other.split || areOfDifferentMachines(recording, other)) continue;
      throw new ModalkitError(
        'DATA',
        `The splits overlap: ${recording.name} (${recording.split}) and ${other.name} (${other.split}) were recorded at the same time, ${other.started}; take one out, put both into one split with --hold, or name their machines in recording.json.`,
        { folder: other.folder },
      );
    }
  }
}

function areOfDifferentMachines(a: PlacedRecording, b: PlacedRecording): boolean {
  return a.machine !== undefined && b.machine !== undefined && a.machine !== b.machine;
}
