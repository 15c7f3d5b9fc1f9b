import type { EventLine } from "@tamma/core/protocol/rest.ts";
import { eventPath } from "./links.ts";
import { visible } from "./plain-text.ts";
import { ScrollBox } from "./scroll-box.tsx";
import { Time } from "./time.tsx";

/** Events in the order given, one line each; the whole event is one click away. */
export const EventTable = ({ loop, events }: { loop: string; events: EventLine[] }) =>
  events.length === 0 ? (
    <p class="empty">Nothing has happened yet.</p>
  ) : (
    <ScrollBox label="Events">
      <table class="events">
        <thead>
          <tr>
            <th scope="col">Event</th>
            <th scope="col">When</th>
            <th scope="col">Who</th>
            <th scope="col">What</th>
          </tr>
        </thead>
        <tbody>
          {events.map((event) => (
            <tr>
              <td>
                <a href={eventPath(loop, event.seq)}>
                  {event.seq} {event.type}
                </a>
              </td>
              <td>
                <Time at={event.at} short />
              </td>
              <td>
                <bdi>{visible(event.actor)}</bdi>
              </td>
              <td>
                <bdi>{visible(event.line)}</bdi>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
