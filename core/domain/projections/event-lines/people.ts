import { type Lines, short } from "./lines.ts";

export const peopleLines = {
  PolicyDecided: ({ reasons }) => reasons.join("; "),
  CheckpointOpened: ({ question }) => `waits for a person: ${question}`,
  ApprovalGiven: ({ by, kind, subject, via }) => `${by.id} approved ${kind} for ${short(subject)} (${via})`,
  CheckpointPassed: ({ kind }) => `${kind} is approved`,
  CheckpointRejected: ({ by, kind, reason }) => `${by.id} rejected ${kind}: ${reason}`,
  ChangeRequested: ({ by, kind, text }) => `${by.id} wants a change at ${kind}: ${text}`,
  ApprovalExpired: ({ kind, subject, reason }) =>
    `the approval of ${kind} for ${short(subject)} went stale: ${reason}`,
  ApprovalCarriedOver: ({ kind, to }) =>
    `the approval of ${kind} holds for ${short(to)} too: the change is the same`,
  ThreadOpened: ({ author, path, line, text }) => `${author}${path ? ` on ${path}:${line}` : ""}: ${text}`,
  ThreadAnswered: ({ thread, reply }) => `replied to ${thread}: ${reply}`,
  Reminded: ({ n, about }) => `reminder ${n}: still waiting at ${about}`,
  Escalated: ({ card }) => `escalated: ${card.what}, because ${card.why}`,
  EscalationResolved: ({ by, choice, hint }) => `${by.id} chose ${choice}${hint ? `: ${hint}` : ""}`,
  ObstacleMet: ({ what, todo }) => `in the way: ${what}; ${todo}`,
  ObstacleCleared: ({ obstacle }) => `${obstacle} is out of the way`,
} satisfies Partial<Lines>;
