// Numbered CSV lines of eight values as fast as they are taken: flood.mjs SECONDS FILE. FILE then says how many there were.
import { writeFileSync, writeSync } from 'node:fs';

const [seconds, file] = process.argv.slice(2);
const LINES = 2000;
// A pipe may be full for a moment: then it is tried again.
function write(text) {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(1, bytes, at);
    } catch (error) {
      if (error.code === 'EPIPE') process.exit();
      if (error.code !== 'EAGAIN') throw error;
    }
  }
}
const end = performance.now() + 1000 * seconds;
let sequence = 0;
while (performance.now() < end) {
  let text = '';
  for (let line = 0; line < LINES; line++, sequence++)
    text += `${sequence},${sequence / 1e5},1.25,2.5,3.75,4,5,6,7,8\n`;
  write(text);
}
writeFileSync(file, String(sequence));
// The terminal stays open until whoever started this is gone.
const parent = process.ppid;
setInterval(() => process.ppid !== parent && process.exit(), 100);
