import { readdir, readFile } from 'node:fs/promises';

/** What a process has used so far: all of its threads, as counted by the kernel's scheduler. */
export async function processorNanoseconds(pid) {
  const folder = `/proc/${pid}/task`;
  const threads = await readdir(folder);
  const times = await Promise.all(
    threads.map(async (thread) =>
      Number((await readFile(`${folder}/${thread}/schedstat`, 'utf8')).split(' ')[0]),
    ),
  );
  return times.reduce((sum, time) => sum + time, 0);
}
