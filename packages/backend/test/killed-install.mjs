// Installs small files, slowly: node killed-install.mjs <built entry> <target>
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export const count = 15;
export const installParts = [
  async (folder) => {
    for (let i = 0; i < count; i++) {
      await writeFile(join(folder, `file-${i}`), 'x'.repeat(1000 * i));
      await new Promise((resolve) => setTimeout(resolve, 12));
    }
    return {};
  },
];

if (process.argv[1]?.endsWith('killed-install.mjs')) {
  const { installFolder } = await import(process.argv[2]);
  console.log('begins');
  await installFolder(process.argv[3], installParts, 1);
}
