import { withoutInvisible } from "./invisible.ts";

/**
 * Named references for ASCII and for characters that nobody sees. All others (`&eacute;`) stay as written:
 * no order can be spelled with them alone.
 */
const named: Readonly<Record<string, string>> = {
  ...{ Tab: "\t", NewLine: "\n", excl: "!", quot: '"', QUOT: '"', num: "#", dollar: "$", percnt: "%" },
  ...{ amp: "&", AMP: "&", apos: "'", lpar: "(", rpar: ")", ast: "*", midast: "*", plus: "+", comma: "," },
  ...{ period: ".", sol: "/", colon: ":", semi: ";", lt: "<", LT: "<", equals: "=", gt: ">", GT: ">" },
  ...{ quest: "?", commat: "@", lsqb: "[", lbrack: "[", bsol: "\\", rsqb: "]", rbrack: "]", Hat: "^" },
  ...{ lowbar: "_", UnderBar: "_", grave: "`", DiacriticalGrave: "`", lcub: "{", lbrace: "{" },
  ...{ verbar: "|", vert: "|", VerticalLine: "|", rcub: "}", rbrace: "}", nbsp: " ", fjlig: "fj" },
  ...{ shy: "", ZeroWidthSpace: "", NegativeVeryThinSpace: "", NegativeThinSpace: "", zwnj: "", zwj: "" },
  ...{ NegativeMediumSpace: "", NegativeThickSpace: "", lrm: "", rlm: "", NoBreak: "", ApplyFunction: "" },
  ...{ af: "", InvisibleTimes: "", it: "", InvisibleComma: "", ic: "" },
};

const referenceAt = /&(?:#(\d{1,7})|#[xX]([0-9A-Fa-f]{1,6})|([A-Za-z][A-Za-z0-9]{1,30}));/y;
const tailAt = /(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});/y;

/** What stays spelled out, because as itself it would begin something in Markdown or HTML. */
const spelled: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/**
 * The character reference at `at`, decoded however often it is encoded, as it may stand in Markdown without
 * becoming markup; null when there is none, or when it stays as written.
 */
export function referenceText(text: string, at: number): { text: string; end: number } | null {
  let end = at;
  let inner: string | null = null;
  // `&amp;#105;`: the decoded ampersand begins the next reference.
  for (let source = text, from = at; ; ) {
    referenceAt.lastIndex = from;
    const found = referenceAt.exec(source);
    const decoded = found && decode(found);
    if (!found || decoded === null) break;
    end = source === text ? from + found[0].length : end;
    inner = decoded;
    if (decoded !== "&") break;
    tailAt.lastIndex = end;
    const tail = tailAt.exec(text);
    if (!tail) break;
    source = `&${tail[0]}`;
    from = 0;
    // Only a tail that decodes is taken along.
    referenceAt.lastIndex = 0;
    const next = referenceAt.exec(source);
    if (!next || decode(next) === null) break;
    end += tail[0].length;
  }
  return inner === null ? null : { text: written(inner), end };
}

function decode([, decimal, hex, name]: RegExpExecArray): string | null {
  if (name !== undefined) return Object.hasOwn(named, name) ? (named[name] ?? "") : null;
  const point = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal);
  const real = point > 0 && point <= 0x10ffff && !(point >= 0xd800 && point <= 0xdfff);
  return real ? withoutInvisible(String.fromCodePoint(point)) : "\ufffd";
}

function written(decoded: string): string {
  if (Object.hasOwn(spelled, decoded)) return spelled[decoded] ?? "";
  if (/^[!#*[\\\]_`|~]$/.test(decoded)) return `\\${decoded}`;
  return decoded === "\n" ? " " : decoded;
}
