/** For the API reference, after the style of all pages. */
export const DOCS_STYLE = `
[hidden]{display:none!important}
html{scroll-padding-top:1rem}
body{display:grid;grid-template-columns:17rem minmax(0,1fr);grid-template-rows:auto 1fr}
nav{grid-column:1/-1;max-width:none;margin:0;padding:.75rem 1.25rem;background:var(--card);border-bottom:1px solid var(--border)}
aside{position:sticky;top:0;height:100vh;overflow-y:auto;padding:1.25rem;border-right:1px solid var(--border);font-size:.9375rem}
aside ul{list-style:none;margin:0;padding:0}aside li{margin:0}
aside summary{display:none}
aside h2{font-size:.8125rem;margin:1.25rem 0 .25rem;color:var(--soft);font-weight:600}
aside li a{display:flex;justify-content:space-between;gap:.5rem;align-items:baseline;padding:.25rem .5rem;margin:0 -.5rem;border-radius:6px;color:var(--text);text-decoration:none}
aside li a:hover{background:var(--card)}
aside li a[aria-current]{background:var(--card);color:var(--accent);font-weight:600}
aside input{width:100%;max-width:none;margin:0}.top{margin-bottom:1rem}
.versions{display:flex;gap:.5rem;margin:0 0 1rem}
.versions a{flex:1;text-align:center;padding:.25rem;border:1px solid var(--border);border-radius:8px;text-decoration:none;color:var(--soft)}
.versions a[aria-current]{background:var(--accent);border-color:var(--accent);color:var(--on-accent);font-weight:600}
#results:not([hidden])~details{display:none}
#results{margin-top:.5rem}#results li a{display:block}#results small{display:block;color:var(--soft);font-weight:400}
mark{background:none;color:var(--accent);font-weight:600}
main{max-width:none;width:100%;margin:0;padding:2rem;border:0;border-radius:0}
main>h1,section{max-width:76rem}
main>h2{font-size:1.25rem;margin:3rem 0 0;padding-top:2rem;border-top:1px solid var(--border)}
section{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:0 2.5rem;padding:1.5rem 0;border-top:1px solid var(--border);scroll-margin-top:0}
main>h1+section,main>h2+p+section{border-top:0}
.title{font-size:1.125rem;line-height:1.3;margin:0 0 .5rem}.title a{color:var(--strong);text-decoration:none}.title a:hover{text-decoration:underline}
h4{font-size:.875rem;margin:1.5rem 0 .25rem;color:var(--strong)}
.route{margin:.25rem 0 .75rem}.route code{font-size:.9375rem;color:var(--strong)}
.method{font:600 .6875rem/1 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;color:var(--soft)}
.method.get{color:var(--good)}.method.post,.method.put,.method.patch{color:var(--accent)}.method.delete{color:var(--bad)}
.route .method{font-size:.8125rem}
.members,.problems{list-style:none;padding:0;margin:.25rem 0}
.members>li{padding:.5rem 0;margin:0;border-top:1px solid var(--border)}.members>li:first-child{border-top:0}
.members p{margin:.125rem 0}.name{color:var(--strong);font-weight:600}.members .soft,.required{font-size:.875rem}.required{color:var(--bad)}
details>summary{cursor:pointer;color:var(--accent);font-size:.875rem}
details>.members{border-left:2px solid var(--border);padding-left:.75rem;margin-left:.25rem}
.response{display:grid;grid-template-columns:4rem minmax(0,1fr);padding:.375rem 0}
.response>*{grid-column:2;margin:.0625rem 0}.response>.status{grid-column:1;font-weight:600;color:var(--strong)}
.problems li{margin:0}
.warning{border-left:3px solid var(--bad);padding-left:.75rem}
.samples{position:sticky;top:1rem;align-self:start;max-height:calc(100vh - 2rem);overflow-y:auto}
figure{margin:0 0 1rem;border:1px solid var(--border);border-radius:8px;overflow:hidden;background:var(--page)}
figcaption{display:flex;justify-content:space-between;align-items:center;gap:1rem;min-height:2.25rem;padding:.25rem .25rem .25rem .875rem;font-size:.8125rem;color:var(--soft)}
figure pre{margin:0;border:0;border-top:1px solid var(--border);border-radius:0;padding:.875rem;white-space:pre;overflow-x:auto;max-height:26rem;font-size:.8125rem}
pre .text{color:var(--good)}
[data-lang=curl] [data-language=sdk],[data-lang=sdk] .two [data-language=curl]{display:none}
.samples button,dialog .plain{font-size:.8125rem;font-weight:400;padding:.25rem .625rem;background:none;color:var(--soft);border-radius:6px}
.samples button:hover,.samples button[aria-pressed=true]{background:var(--card);color:var(--strong)}
.samples button[aria-pressed=true]{font-weight:600}
.tools{display:flex;gap:.25rem;margin-bottom:.5rem}.tools .open{margin-left:auto;color:var(--accent)}
dialog{width:min(46rem,calc(100vw - 2rem));max-height:calc(100vh - 2rem);border:1px solid var(--border);border-radius:12px;padding:1.5rem;background:var(--card);color:var(--text)}
dialog::backdrop{background:rgb(0 0 0/.5)}
dialog label{margin:.75rem 0;font-size:.875rem}dialog input,dialog textarea{max-width:none;font:.875rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
dialog textarea{display:block;width:100%;margin-top:.25rem;padding:.55rem .7rem;color:inherit;background:var(--page);border:1px solid var(--soft);border-radius:8px;min-height:8rem}
dialog h2{margin:0 0 1rem}dialog pre{max-height:20rem;overflow:auto;font-size:.8125rem}
.buttons{display:flex;gap:.75rem;align-items:center}
@media (max-width:72rem){section{display:block}.samples{position:static;max-height:none;margin-top:1.25rem}}
@media (max-width:52rem){
body{display:block}nav{border:0}
aside{position:sticky;top:0;height:auto;max-height:100vh;z-index:1;padding:.625rem 1.25rem;border:0;border-bottom:1px solid var(--border);background:var(--page)}
aside .top{display:flex;gap:.75rem;margin:0}.versions{margin:0;flex:none}.versions a{padding:.5rem .75rem}
aside summary{display:block;padding:.625rem 0 0}aside li a{padding:.5rem}
html{scroll-padding-top:7rem}main{padding:1.25rem}
}
`;
