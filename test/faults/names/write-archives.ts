import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, gzipSync } from 'node:zlib';

const CONTENT = Buffer.from('x');

/** A zip of one stored entry, whatever its name. */
export function zipOf(name: string): Buffer {
  const bytes = Buffer.from(name);
  const shared = Buffer.alloc(26);
  shared.writeUInt16LE(20, 0);
  shared.writeUInt16LE(0x0800, 2);
  shared.writeUInt32LE(crc32(CONTENT), 10);
  shared.writeUInt32LE(CONTENT.length, 14);
  shared.writeUInt32LE(CONTENT.length, 18);
  shared.writeUInt16LE(bytes.length, 22);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), shared, bytes, CONTENT]);
  const central = Buffer.concat([Buffer.from('PK\x01\x02\x14\0'), shared, Buffer.alloc(14), bytes]);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, central, end]);
}

/** A gzipped tar of one file and of one link that leads where the name says. */
export function tgzOf(name: string): Buffer {
  const file = header(name, '0', CONTENT.length);
  const links = ['1', '2'].map((type) => header('package/link', type, 0, name));
  return gzipSync(Buffer.concat([file, CONTENT, Buffer.alloc(511), ...links, Buffer.alloc(1024)]));
}

/** In the format of POSIX's ustar; names are cut at 100 bytes. */
function header(name: string, type: string, size: number, link = ''): Buffer {
  const block = Buffer.alloc(512);
  block.write(name, 0, 100);
  block.write(
    `0000644\0${'0'.repeat(7)}\0${'0'.repeat(7)}\0${size.toString(8).padStart(11, '0')}\0${'0'.repeat(11)}\0`,
    100,
  );
  block.fill(' ', 148, 156);
  block.write(type, 156);
  block.write(link, 157, 100);
  block.write('ustar\x0000', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

/** Below `folder`: for each name a zip and a tarball in `archives/`, and a package in `node_modules/` whose weights it names. */
export function writeHostileFiles(folder: string, names: readonly string[]): void {
  mkdirSync(join(folder, 'archives'));
  mkdirSync(join(folder, 'target'));
  for (const [index, name] of names.entries()) {
    writeFileSync(join(folder, 'archives', `${index}.zip`), zipOf(name));
    writeFileSync(join(folder, 'archives', `${index}.tgz`), tgzOf(name));
    const home = join(folder, 'node_modules', `p${index}`);
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, 'package.json'), JSON.stringify({ name: `p${index}`, modalkit: { weights: name } }));
  }
}
