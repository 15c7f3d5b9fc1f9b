import { renderDuration } from "./amounts.ts";

/** A moment, absolute and relative. The server does not know the reader's zone, so it says UTC. */
export const Time = ({ at, short = false }: { at: number; short?: boolean }) => {
  const iso = new Date(at).toISOString();
  const [day = "", clock = ""] = iso.split("T");
  const ago = `${renderDuration(Date.now() - at)
    .split(" ")
    .slice(0, 2)
    .join(" ")} ago`;
  const absolute = `${day} ${clock.slice(0, 8)} UTC`;
  return (
    <time datetime={iso} title={absolute}>
      {short ? ago : `${absolute} (${ago})`}
    </time>
  );
};

/** How long something took, or has taken so far. */
export const Elapsed = ({ from, to }: { from: number | null; to: number | null }) =>
  from === null ? null : <span class="elapsed">{renderDuration((to ?? Date.now()) - from)}</span>;
