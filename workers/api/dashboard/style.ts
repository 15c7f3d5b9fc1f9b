import { createHash } from "node:crypto";
import { renderTokens } from "./tokens.ts";

/**
 * The one style sheet, at most 10 KB; it is served without its line ends. Plain CSS: system fonts, no
 * pictures, both themes, from 320 px up.
 */
export const styleSheet = `
:root{color-scheme:light dark;${renderTokens(0)};--line:color-mix(in srgb,var(--control) 32%,transparent);
--mono:ui-monospace,Menlo,Consolas,monospace}
@media (prefers-color-scheme:dark){:root{${renderTokens(1)}}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--text);font:16px/1.5 system-ui,sans-serif;
overflow-wrap:anywhere}
h1,h2,h3,p,ul,ol,dl,dd,pre,fieldset{margin:0;padding:0}
h1{font-size:24px;line-height:1.25;letter-spacing:-.01em}
h2{font-size:16px;line-height:1.5}
h3{font-size:14px}
ul,ol{list-style:none}
a{color:var(--accent);text-underline-offset:2px}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:3px}
code,pre,.mono{font-family:var(--mono);font-size:13px}
pre.text{white-space:pre-wrap;font-family:inherit;font-size:inherit}
pre.code{white-space:pre-wrap;background:var(--surface);border:1px solid var(--line);border-radius:6px;
padding:12px;
max-height:70vh;overflow:auto}
.skip,.sr{position:absolute;left:-999px;width:1px;height:1px;overflow:hidden}
.skip:focus{left:16px;top:8px;width:auto;height:auto;background:var(--bg);padding:8px;z-index:1}
.muted,.sub{color:var(--muted)}
.small,.sub{font-size:14px}
.success{color:var(--success)}.failure{color:var(--failure)}.needs{color:var(--needs)}
.accent{color:var(--accent)}

.top{border-bottom:1px solid var(--line);background:var(--surface)}
.top>div,main,.foot{max-width:1160px;margin:auto;padding:0 24px}
.top>div{display:flex;flex-wrap:wrap;align-items:center;gap:4px 20px;min-height:52px}
.brand{font-weight:700;color:var(--text);text-decoration:none;letter-spacing:-.02em;margin-right:4px}
.top nav{display:flex;gap:4px;flex:1}
.top nav a{white-space:nowrap;display:flex;align-items:center;gap:8px;min-height:36px;padding:0 10px;
border-radius:6px;color:var(--muted);
text-decoration:none;font-size:14px}
.top nav a:hover{color:var(--text)}
.top nav a[aria-current]{color:var(--text);font-weight:600;box-shadow:inset 0 -2px var(--accent);
border-radius:0}
.count{font-size:12px;font-weight:600;line-height:20px;min-width:20px;padding:0 6px;border-radius:10px;
text-align:center;border:1px solid}
main{padding-top:24px;padding-bottom:48px}
main>*+*{margin-top:24px}
.foot{padding-bottom:32px;color:var(--muted);font-size:14px;display:flex;flex-wrap:wrap;gap:4px 16px}

.head>*+*{margin-top:8px}
.meta{display:flex;flex-wrap:wrap;align-items:center;gap:4px 16px;font-size:14px;color:var(--muted)}
.meta b{color:var(--text);font-weight:600}
.word{display:inline-flex;align-items:center;gap:6px;font-weight:600;font-size:14px;white-space:nowrap}
.badge{padding:2px 10px 2px 8px;border-radius:14px;border:1px solid}
.success.box{background:var(--success-tint)}.failure.box{background:var(--failure-tint)}
.needs.box{background:var(--needs-tint)}
.accent.box{background:var(--accent-tint)}.muted.box{background:var(--surface)}
.icon{width:16px;height:16px;flex:none;fill:none;stroke:currentColor;stroke-width:1.6}

.card{border:1px solid var(--line);border-radius:6px;background:var(--bg)}
.card>header{display:flex;flex-wrap:wrap;justify-content:space-between;gap:4px 16px;padding:10px 16px;
border-bottom:1px solid var(--line);background:var(--surface);border-radius:6px 6px 0 0}
.card>.body{padding:16px}
.body>*+*{margin-top:12px}
.stack>*+*{margin-top:16px}.stack-tight>*+*{margin-top:8px}
.empty{padding:16px;color:var(--muted);font-size:14px}
.rows>li{display:flex;flex-wrap:wrap;align-items:center;gap:4px 16px;padding:10px 16px}
.rows>li+li{border-top:1px solid var(--line)}
.rows .grow{flex:1 1 280px;min-width:0}
.rows .word{min-width:112px}
.rows a.title{font-weight:600;color:var(--text);text-decoration:none}
.rows a.title:hover{text-decoration:underline}
.list{list-style:disc;padding-left:20px}
ol.list{list-style:decimal}

.ask{border:1px solid var(--needs);border-left-width:4px;border-radius:6px}
.ask>header{background:var(--needs-tint);padding:12px 16px;border-radius:0 5px 0 0}
.ask>header>*+*{margin-top:4px}
.ask>.body{padding:16px}
.ask.escalated{border-color:var(--failure)}
.ask.escalated>header{background:var(--failure-tint)}
.notice{border:1px solid;border-left-width:4px;border-radius:6px;padding:10px 16px}

.notice>*{color:var(--text)}.notice>b{color:inherit}
.notice pre{margin-top:8px}

.reply{margin-top:8px;padding-left:12px;border-left:2px solid var(--line)}
.cols{display:grid;grid-template-columns:272px minmax(0,1fr);gap:24px;align-items:start}
.rail li{display:grid;grid-template-columns:26px 1fr auto;gap:0 8px;align-items:center;
padding:6px 12px 6px 8px;font-size:14px;
min-height:36px;border-left:3px solid transparent}
.rail li+li{border-top:1px solid var(--line)}
.rail .s{display:flex;flex-wrap:wrap;justify-content:flex-end;align-items:center}.rail .n{color:var(--muted);
text-align:right;font-size:12px}
.rail .name{font-weight:600;white-space:nowrap}
.rail .todo .name{font-weight:400;color:var(--muted)}
.rail .note{grid-column:2/4;color:var(--muted);font-size:13px;line-height:1.4;padding-bottom:2px}
.rail .word{font-size:13px;font-weight:500}
.rail .elapsed{color:var(--muted);font-size:12px;margin-right:8px}
.rail li[aria-current]{background:var(--surface);border-left-color:var(--accent)}
.rail li[aria-current].person{background:var(--needs-tint);border-left-color:var(--needs)}

.facts{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:6px 16px;font-size:14px}
.facts dt{color:var(--muted)}
.options{display:grid;gap:12px;grid-template-columns:repeat(auto-fit,minmax(min(100%,380px),1fr))}
.option{display:block;border:1px solid var(--control);border-radius:6px;padding:12px 16px;font-size:14px}
.option>*+*{margin-top:8px}
.option:has(:checked),.option.chosen{border-color:var(--accent);box-shadow:inset 0 0 0 1px var(--accent)}
.option .pick{display:flex;gap:10px;align-items:baseline;font-size:16px;font-weight:600;cursor:pointer}
.tag{font-size:12px;font-weight:600;padding:1px 8px;border-radius:10px;white-space:nowrap}
.pc{display:grid;grid-template-columns:1fr 1fr;gap:8px 24px}
.sign{list-style:none}.sign li{padding-left:18px;text-indent:-18px}
.sign li::before{content:"+";display:inline-block;width:18px;text-indent:0;font-family:var(--mono);
color:var(--success)}
.sign.con li::before{content:"\\2212";color:var(--failure)}

fieldset{border:0;min-width:0}
legend{padding:0;font-weight:600;margin-bottom:8px}
label{font-weight:600;font-size:14px}
label.check{font-weight:400;display:flex;gap:8px;align-items:baseline}
.field>*+*{margin-top:4px}.field .sub{font-weight:400}
.field{display:block}
[type=text],[type=number],select,textarea{width:100%;font:inherit;font-weight:400;color:inherit;
background:var(--bg);
border:1px solid var(--control);border-radius:6px;padding:6px 10px;min-height:36px}
textarea{min-height:64px;resize:vertical}
button,.button{display:inline-flex;align-items:center;gap:8px;min-height:36px;padding:0 14px;
border-radius:6px;font:inherit;
font-size:14px;font-weight:600;border:1px solid var(--control);background:var(--bg);color:var(--text);
cursor:pointer;
text-decoration:none}
button:hover,.button:hover{background:var(--surface)}
button:disabled{color:var(--muted);border-style:dashed;cursor:default}
.primary,.primary:hover{background:var(--accent);border-color:var(--accent);color:var(--bg)}
.danger{color:var(--failure);border-color:currentColor}
.quiet{border-color:transparent;background:none;color:var(--muted);padding:0 8px;font-weight:400}
kbd{display:inline-block;font:600 12px/18px var(--mono);min-width:20px;text-align:center;border:1px solid;
border-radius:4px;opacity:.85}
.row{display:flex;flex-wrap:wrap;gap:8px 12px;align-items:center}
details.way{border:1px solid var(--line);border-radius:6px}
details.way>summary{padding:8px 14px;font-size:14px;font-weight:600;cursor:pointer}
details.way[open]>summary{border-bottom:1px solid var(--line)}
details.way>form,details.way>div{padding:14px}
form:not(.row)>:not([type=hidden])~*{margin-top:12px}
.ways{display:grid;gap:8px}

.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:14px}
th,td{text-align:left;padding:6px 12px;vertical-align:top}
th{color:var(--muted);font-weight:600;font-size:13px}
.events td{border-top:1px solid var(--line)}
.events td:first-child,.events time{white-space:nowrap}
.events{min-width:620px;overflow-wrap:break-word}.events td:last-child{width:55%}
.diff{font:13px/20px var(--mono)}
.diff td{padding:0 8px;white-space:pre}
.diff td:nth-child(-n+2){width:1%;text-align:right;color:var(--muted);user-select:none}
.diff td:nth-child(3){width:1%;padding:0;user-select:none}
.diff .a{background:var(--success-tint)}.diff .r{background:var(--failure-tint)}
.diff .a td:nth-child(3){color:var(--success)}.diff .r td:nth-child(3){color:var(--failure)}
.diff .h td{background:var(--accent-tint);color:var(--muted);text-align:left;padding-left:16px}
.file>summary{display:flex;flex-wrap:wrap;gap:4px 12px;align-items:center;padding:8px 16px;
background:var(--surface);
border-radius:6px;cursor:pointer;font-size:14px}
.file[open]>summary{border-bottom:1px solid var(--line);border-radius:6px 6px 0 0}
.file>summary code{flex:1 1 200px;font-weight:600}
.end{display:flex;flex-direction:column-reverse;max-height:70vh}.end pre.code{max-height:none;flex:none}
.narrow{max-width:520px;margin-left:auto;margin-right:auto}

@media (min-width:821px){.cols>:first-child{position:sticky;top:16px}}
@media (max-width:820px){.cols{grid-template-columns:minmax(0,1fr)}}
@media (max-width:600px){.top>div,main,.foot{padding-left:16px;padding-right:16px}main{padding-top:16px}
h1{font-size:20px}.top .sub{display:none}.top>div{gap:0 8px}.pc{grid-template-columns:1fr}
.facts{grid-template-columns:minmax(0,1fr);gap:0}.facts dd{margin-bottom:8px}
.diff{font-size:12px}}
@media (pointer:coarse),(max-width:600px){button,.button,.top nav a,summary,select,[type=text],[type=number]
{min-height:44px}}
@media (forced-colors:active){.badge,.tag,.count{border:1px solid}
.rail li[aria-current]{border-left-color:Highlight}}
`.replaceAll("\n", "");

/** Changes with the sheet, so that browsers may keep it for good. */
export const styleVersion = createHash("sha256").update(styleSheet).digest("hex").slice(0, 12);
