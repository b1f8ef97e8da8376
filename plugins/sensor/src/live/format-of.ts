import { cobsFormat } from './cobs-format.js';
import { csvFormat } from './csv-format.js';
import { jsonlFormat } from './jsonl-format.js';
import type { PacketFormat } from './packet-format.js';
import type { ParsedSerialOptions } from './serial-options.js';

/** The packet format that the options describe. */
export function formatOf(options: ParsedSerialOptions): PacketFormat {
  const columns = options.channels.map(({ column }) => column);
  switch (options.format) {
    case 'cobs':
      return cobsFormat(columns.length, options.checksum);
    case 'csv':
      return csvFormat(options.columns!, columns, options.timeUnit);
    case 'jsonl':
      return jsonlFormat(columns, options.timeUnit, options);
  }
}
