import { readFileSync } from "node:fs";

/** proc(5): `VmRSS`, in megabytes. NaN where there is no /proc. */
export function residentMb(pid: number | undefined): number {
  return readProc(`/proc/${pid}/status`, (text) => Number(/^VmRSS:\s+(\d+) kB$/m.exec(text)?.[1]) / 1_024);
}

/** proc(5): fields 14 and 15 of `stat`, which are in hundredths of a second. NaN where there is no /proc. */
export function processorSecondsOf(pid: number): number {
  return readProc(`/proc/${pid}/stat`, (text) => {
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  });
}

function readProc(file: string, read: (text: string) => number): number {
  try {
    return read(readFileSync(file, "utf8"));
  } catch {
    return Number.NaN;
  }
}
