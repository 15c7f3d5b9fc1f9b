import type { LoopView, OpenOrders } from "@tamma/core/domain/loop/view.ts";
import { CommandForm } from "./form.tsx";
import { loopPath } from "./links.ts";
import { visible } from "./plain-text.ts";

type Order = keyof OpenOrders;

const titles: Record<Order, string> = { pause: "Pause", resume: "Resume", escalate: "Escalate" };

/** Every order that a person may give at any time. What is not possible now stays in its place, with why. */
export const LoopControls = ({ view }: { view: LoopView }) => {
  const closed = closedBy(view.orders);
  return (
    <div class="stack-tight">
      <div class="row">
        {(["pause", "resume", "escalate"] as const).map((order) => {
          const because = closed.find(({ orders }) => orders.includes(order));
          return because ? (
            <button type="button" disabled aria-describedby={because.id}>
              {titles[order]}
            </button>
          ) : (
            <Open view={view} order={order} />
          );
        })}
        <a class="button danger" href={loopPath(view.id, "stop")}>
          Stop
        </a>
      </div>
      {closed.length === 0 ? null : (
        <ul class="sub">
          {closed.map(({ id, orders, why }) => (
            <li id={id}>
              {orders.map((order) => titles[order]).join(", ")}: <bdi>{visible(why)}</bdi>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
};

/** What asks for a reason has a page of its own. */
const Open = ({ view, order }: { view: LoopView; order: Order }) =>
  order === "escalate" ? (
    <a class="button" href={loopPath(view.id, order)}>
      {titles[order]}
    </a>
  ) : (
    <CommandForm action={loopPath(view.id, order)} back="loop" label={titles[order]}>
      <button type="submit">{titles[order]}</button>
    </CommandForm>
  );

interface Closed {
  /** Of the words that say why, for the buttons that they are about. */
  id: string;
  orders: Order[];
  why: string;
}

/** One line for each reason. */
function closedBy(orders: OpenOrders): Closed[] {
  const closed: Closed[] = [];
  for (const order of ["pause", "resume", "escalate"] as const) {
    const why = orders[order];
    if (why === null) continue;
    const same = closed.find((each) => each.why === why);
    if (same) same.orders.push(order);
    else closed.push({ id: `no-${order}`, orders: [order], why });
  }
  return closed;
}
