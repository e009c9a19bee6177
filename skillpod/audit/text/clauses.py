"""Clauses that are aimed at an agent, as reviewed data: where one begins, what must follow, and what makes it mean the opposite.

A clause begins at one of its ``verbs``, a word that stands alone in the text; ``then`` is matched from right behind it, on a window in which
blanks, marks of emphasis and quotes are single blanks. Where a language divides no words, ``then`` is looked for as it stands. Everything
here is written as ``normalise`` gives it: lower case, without accents. All repetitions are bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from types import MappingProxyType

from skillpod.audit.text.normalise import fold


class Polarity(Enum):
    """What a negation before the verb does to the clause."""

    ENDS = "ends"  # "never ignore previous instructions"
    MAKES = "makes"  # "do not tell the user"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Clause:
    """``near`` are words of which one must stand near the verb, if there are any. ``then`` and ``beside`` are for ``pattern``. ``beside``, when there, must be found in the sentence before the verb or in the window behind it."""

    rule: str
    language: str
    verbs: tuple[str, ...]
    then: str
    polarity: Polarity
    beside: str = ""
    near: frozenset[str] = frozenset()


MEANING = {
    "TXT-201": "tells an agent to set its instructions aside",
    "TXT-202": "tells an agent to hand on what it was trusted with",
    "TXT-203": "tells an agent to keep something from the person it works for",
    "TXT-204": "tells an agent to do without the person's approval",
    "TXT-205": "tells an agent to keep to this from now on, beyond this task",
    "TXT-206": "tells an agent how to use, or not to use, tools that are not this skill's",
    "TXT-207": "tells an agent to obey what it will find elsewhere",
    "TXT-208": "speaks as the system, the developer or another persona of the model",
    "TXT-209": "threatens or presses an agent",
}
FIXES = {
    "TXT-201": "say what the skill does; what the model was told before is not the skill's to change",
    "TXT-202": "take what the tool needs as a parameter, and say what for",
    "TXT-203": "say it openly, or leave it out",
    "TXT-204": "leave the approval to the host: `tools: {NAME: {approval: ...}}` in the manifest",
    "TXT-205": "say it for this skill's own tools, while they are used",
    "TXT-206": "say when this skill's tools are the right ones, and nothing about others",
    "TXT-207": "put the instructions into the skill, where they are read before they are used",
    "TXT-208": "speak as the skill's author, of the skill",
    "TXT-209": "say what goes wrong, to what",
}

_USER = (
    r"(?:the |a |any |your |our |this |that )?(?:end[- ])?(?:user|human|operator|customer|person|developer|owner|people|anyone|anybody|them|him|her)s?\b"
)
_PRIOR = r"(?:previous|prior|preceding|earlier|above|foregoing|former|initial|original|system|safety|developer|ethical)"
_ANY_PRIOR = r"(?:previous|prior|preceding|earlier|above|foregoing|former|initial|original|system|safety|developer|ethical|past|existing|other|current|default|user'?s?|human'?s?|usual|normal|security)"
_ORDERS = r"(?:instructions?|prompts?|guidelines?|directives?|guardrails?|programming|training)\b"
_RULES = r"(?:instructions?|prompts?|guidelines?|directives?|guardrails?|orders|rules|constraints|restrictions|commands|polic(?:y|ies)|programming|training|messages?|requests?)\b"
_SOME = r"(?:(?:all|any|every|each|of|the|your|these|those|my|his|its|and|or|everything|in|that) ){0,5}"
_GAP = r"(?:[^ !?;]{0,79}[^ .!?;] ){0,%d}?"
_SECRET = (
    r"(?:system prompt|(?:conversation|chat|message) (?:history|log|transcript|so far)|(?:entire|whole|full|complete|current|this) conversation|"
    r"(?:previous|prior|past|all) (?:messages|conversations)|context window|"
    r"(?:user|human|customer|person)'?s? (?:private |personal |secret |stored |saved )?(?:messages?|files?|credentials?|passwords?|secrets?|api keys?|tokens?|data|emails?|documents?|prompts?|memor(?:y|ies)|cookies)|"
    r"(?:your|initial|original|hidden|secret) (?:\w{1,12} )?(?:instructions|prompt|memory|memories|context|guidelines)|"
    r"(?:all |the |any )(?:environment variables|secrets|credentials|api keys|passwords|private keys|access tokens|cookies)|"
    r"everything (?:the user|you (?:know|were told|have been told|remember))|"
    r"~?/?\.ssh\b|id[_ ]?rsa|id[_ ]?ed25519|\.aws/credentials|/etc/(?:passwd|shadow)|\.netrc|\.npmrc|\.pypirc|mcp\.json|\.kube/config|browser cookies|seed phrases?)"
)
_WHERE = (
    r"(?:to|at|via|through|using|by|in|into|as|with) (?:the |a |an |this |that |our |your |its |following |hidden |optional )*"
    r"(?:https?:|[\w.+-]{1,40}@|www\.|\w{0,20} ?(?:url|webhook|endpoint|server|address|e-?mail|parameter|argument|field|query string|path|link|attacker|request body|note|tool|post request)\b|us\b|me\b)"
)
_APPROVAL = r"(?:confirmations?|permissions?|approvals?|consent|authori[sz]ation|review|verification|acknowledg\w{0,10})\b"
_HAVE_TO = r"\b(?:always|must|never|you|agents?|assistants?|models?|ai|llm|silently|immediately|automatically|the user|without exception)\b"
_EACH_TIME = (
    r"\b(?:always|agents?|assistants?|ai|llm|every time|each time|(?:before|after|when|whenever) (?:\w{1,12} ){0,3}"
    r"(?:answer|respond|reply|repl|us|call|each|every|any)\w{0,6}|at the (?:start|beginning)|you must|without|treat|obey|comply|override\w{0,3})\b"
)

_Row = tuple[str, str, Polarity, str, str, str]
_ENDS, _MAKES, _NOTHING = Polarity.ENDS, Polarity.MAKES, Polarity.NOTHING

_ENGLISH: tuple[_Row, ...] = (
    # --- 201: instructions set aside
    ("TXT-201", "en", _ENDS, "ignore disregard forget discard neglect ignoring disregarding dismiss", rf" {_SOME}(?:{_PRIOR}[ ,]{{1,2}}){{1,3}}(?:(?:and|or) \w{{1,15}} )?(?:\w{{1,15}} ){{0,2}}?{_RULES}", ""),
    ("TXT-201", "en", _ENDS, "ignore disregard forget discard neglect ignoring disregarding dismiss override overrule", rf" {_SOME}(?:{_ANY_PRIOR}[ ,]{{1,2}}){{1,3}}(?:(?:and|or) \w{{1,15}} )?(?:\w{{1,15}} )?{_ORDERS}", ""),
    ("TXT-201", "en", _ENDS, "ignore disregard forget discard bypass circumvent override abandon violate overrule", r" (?:all |any |both |every )?(?:of )?your (?:\w{1,15} ){0,3}?(?:instructions?|prompt|guidelines?|guardrails?|rules|programming|training|restrictions|safety|constraints|directives?|policies)\b", ""),
    ("TXT-201", "en", _ENDS, "ignore disregard forget discard", rf" {_SOME}(?:instructions?|prompts?|rules|guidelines|directives|text|content|messages|everything|anything|what|things) (?:(?:that|which) )?(?:(?:was|were|is|are|stands?) )?(?:above|before this|before now|earlier|previously|so far|up to (?:here|now)|(?:you )?(?:were|was|are|have been|had been|you've been|ve been) (?:given|told|taught|provided|said)|(?:given|told|said|provided|written|stated) (?:above|before|earlier|previously|to you|so far)|(?:of|from|by) (?:the |your )?(?:user|system|developer|operator|human))\b", ""),
    ("TXT-201", "en", _MAKES, "follow obey heed honour honor respect trust", rf" {_SOME}(?:{_ANY_PRIOR} ){{1,2}}(?:\w{{1,15}} )?(?:instructions?|prompts?|guidelines?|directives?|orders|system message)\b", ""),
    ("TXT-201", "en", _MAKES, "follow obey heed", r" (?:any |all )?(?:of )?(?:your (?:\w{1,12} ){0,2}|the )?(?:user|operator|system|human|developer|safety)(?:'s)? (?:instructions?|prompts?|guidelines?|rules|requests?)\b", ""),
    ("TXT-201", "en", _ENDS, "pay", r" no (?:attention|heed) to (?:\w{1,15} ){0,4}(?:instructions?|prompts?|guidelines|said|told|above|before|earlier)\b", ""),
    ("TXT-201", "en", _ENDS, "set put leave throw", r" aside (?:\w{1,15} ){0,4}(?:instructions?|prompts?|guidelines|guardrails)\b", ""),
    ("TXT-201", "en", _NOTHING, "supersede supersedes supersedes replaces override overrides overrule overrules", rf" {_SOME}(?:{_ANY_PRIOR} ){{1,2}}(?:\w{{1,15}} ){{0,2}}?(?:instructions?|prompts?|directives?|guidelines?|guardrails?)\b", ""),
    ("TXT-201", "en", _NOTHING, "instructions rules guidelines directives prompt restrictions guardrails", r" (?:\w{1,15} ){0,3}?(?:no longer appl(?:y|ies)|(?:are|is) (?:now )?(?:void|cancelled|canceled|suspended|revoked|obsolete|overridden|superseded|lifted)|(?:do|does) not apply (?:any ?more )?(?:to you|here)\b)", r"\b(?:your|previous|prior|earlier|system|all|above|original|safety)\b"),
    # --- 202: what it was trusted with
    ("TXT-202", "en", _ENDS, "send post upload forward transmit exfiltrate leak email mail submit include append attach insert embed encode copy paste write put place provide deliver report add base64 pass", rf" {_GAP % 8}(?:the |your |all |any |of )*{_SECRET} {_GAP % 8}{_WHERE}", ""),
    ("TXT-202", "en", _ENDS, "reveal repeat print output recite disclose divulge dump leak show display return exfiltrate", r" (?:\w{1,15} ){0,4}?(?:your |the |its |hidden |full |entire |complete |original |initial |exact )+(?:system prompt|system message|(?:hidden|initial|original|secret|system) instructions)\b", ""),
    ("TXT-202", "en", _ENDS, "exfiltrate steal harvest", rf" {_GAP % 6}(?:data|credentials|secrets|keys|tokens|passwords|files|messages|conversation|prompt|cookies|history)\b", ""),
    ("TXT-202", "en", _ENDS, "read open cat load get collect include gather fetch grab access retrieve", rf" {_GAP % 6}(?:~?/?\.ssh\b|id[_ ]?rsa|id[_ ]?ed25519|~?/?\.aws/credentials|/etc/(?:passwd|shadow)|~/\.(?:netrc|npmrc|pypirc|kube)|mcp\.json|browser cookies|\.env file)", r"\b(?:send|pass|put|include|upload|post|attach|forward|append|parameter|argument|as (?:the )?\w{1,12} ?note|submit|e-?mail|transmit|return its)\b"),
    # --- 203: concealment
    ("TXT-203", "en", _MAKES, "tell inform notify alert warn telling informing notifying alerting", rf" {_USER}(?: (?:about|that|of|what|why|how|this|it|anything|when|if|you|any|either)\b|[.,;!:]|$)", ""),
    ("TXT-203", "en", _MAKES, "mention reveal disclose report admit explain say expose acknowledge mentioning revealing disclosing show showing describe", rf" (?:(?:this|that|it|these|any|of|anything|the|existence|your|step|steps|fact|action|actions|call|calls|file|tool|tools|message|instruction|instructions|about|them|here) ){{1,6}}to {_USER}", ""),
    ("TXT-203", "en", _MAKES, "mention reveal disclose", r" (?:that you (?:have |were |are )?(?:read|reading|called?|calling|us(?:e|ed|ing)|sent|sending|follow\w{0,4}|received|ran|told|accessed)|(?:this|these|the above|the following|the existence of this|the existence of these) (?:instructions?|messages?|notes?|steps?|rules?|prompts?|commands?|directives?)|(?:this|these) (?:tool calls?|actions?))\b", ""),
    ("TXT-203", "en", _ENDS, "hide conceal keep withhold", rf" (?:\w{{1,15}} ){{0,6}}?(?:secret |hidden |confidential |private )?from {_USER}", ""),
    ("TXT-203", "en", _ENDS, "without", rf" (?:the )?(?:user|human|operator|customer|person|anyone)s?(?:'s?)? (?:ever )?(?:know\w{{0,6}}|notic\w{{1,4}}|(?:being |becoming )?aware\w{{0,4}}|realiz?s?ing|seeing|suspecting|finding out)\b", ""),
    ("TXT-203", "en", _ENDS, "without", rf" (?:telling|informing|notifying|alerting|mentioning (?:it|this|that|anything) to|revealing (?:it|this|that) to|disclosing (?:it|this|that) to) {_USER}", ""),
    ("TXT-203", "en", _ENDS, "secretly covertly surreptitiously", r" (?:\w{1,15} ){0,2}?(?:call|invoke|send|forward|upload|copy|read|write|delete|install|add|append|run|execute|record|include|insert|post|store|collect|change|modify|use)\b", ""),
    ("TXT-203", "en", _ENDS, "silently quietly discreetly", r" (?:\w{1,15} ){0,1}?(?:call|invoke|send|forward|upload|exfiltrate|transmit|collect|bcc|cc|include|post) (?:\w{1,15} ){0,3}(?:tool|user|conversation|data|files?|copy|contents?|keys?|messages?|secrets?|credentials|prompt|emails?|it)\b", ""),
    ("TXT-203", "en", _NOTHING, "user users human operator", r" (?:must|should|shall) ?(?:not|never) (?:ever )?(?:know|be told|be informed|be notified|be made aware|be aware|learn|find out|notice|suspect)\b", ""),
    ("TXT-203", "en", _ENDS, "secret confidential", r" (?:between|from) (?:us|you and me|the user|the human)\b", ""),
    # --- 204: approval
    ("TXT-204", "en", _MAKES, "ask request seek asking requesting prompt prompting wait waiting bother require", rf" (?:(?:{_USER}|first|again|explicitly|for) ){{0,3}}(?:for|about|to|before|whether|if|until)? ?(?:\w{{1,15}} ){{0,2}}?(?:{_APPROVAL}|confirm\b|approve\b|permission\b|consent\b)", ""),
    ("TXT-204", "en", _MAKES, "ask asking consult consulting check checking confirm confirming", rf" (?:first )?(?:with )?{_USER}(?: (?:first|before|whether|if|again|anything|for|about|beforehand)\b|[.,;!]|$)", ""),
    ("TXT-204", "en", _ENDS, "proceed continue act call invoke approve accept execute run use send delete perform go carry complete do install submit", rf" {_GAP % 8}without (?:\w{{1,12}} ){{0,2}}?(?:asking|confirm\w{{0,6}}|approval|permission|consent|waiting for (?:\w{{1,12}} ){{0,3}}(?:{_APPROVAL}|answer|user|reply|response)|consulting|prompting|checking with|(?:user|human)(?:'s)? (?:approval|confirmation|permission|consent|review|interaction|oversight))", _HAVE_TO),
    ("TXT-204", "en", _ENDS, "skip bypass disable suppress circumvent evade autoapprove", rf" {_SOME}(?:(?:user|human|manual|confirmation|safety|security|explicit|further|additional) ){{0,2}}(?:confirmations?\b|approvals?\b|consent\b|authori[sz]ation prompts?|safety checks?|security checks?|permission (?:prompts?|checks?|dialogs?|requests?)|human[- ]in[- ]the[- ]loop)", r"\b(?:always|must|never|you|agents?|assistants?|ai|llm|immediately|automatically)\b"),
    ("TXT-204", "en", _NOTHING, "user human operator owner administrator admin developer", r" (?:has|have) (?:already|pre-?|previously|implicitly|explicitly)[ -]?(?:approved|authori[sz]ed|consented|agreed|granted|confirmed|given)\b", r"\b(?:all|any|every|everything|so|no need|do not|don't|you may|proceed|this (?:action|call|request|operation|tool)|actions?)\b"),
    ("TXT-204", "en", _ENDS, "assume consider treat take", r" (?:\w{1,15} ){0,4}?(?:approval|permission|consent|confirmation|(?:as |is |are |has |have |been |already )+(?:approved|authori[sz]ed|granted|confirmed|consented))", r"\b(?:user|you|all|any|every|always)\b"),
    # --- 205: beyond this task
    ("TXT-205", "en", _ENDS, "remember memorize memorise store save write add append record put insert persist commit update", rf" {_GAP % 10}(?:in|to|into) (?:your |the agent's |the assistant's |the model's |its |the ai's )(?:\w{{1,12}}[ -]){{0,2}}?(?:memory|memories|system prompt|instructions|rules|knowledge|context|core memory)\b", ""),
    ("TXT-205", "en", _ENDS, "remember memorize memorise store save write add append record put insert persist", rf" {_GAP % 12}(?:for|in|to|across|during) (?:all |every |each |any |your )*(?:future|subsequent|later|following|upcoming|other|new) (?:conversations?|sessions?|chats?|interactions?|turns|tasks?|responses?|replies|messages)\b", _HAVE_TO),
    ("TXT-205", "en", _ENDS, "in for across during at", r" (?:all |every |each |any |the start of |the beginning of |the end of |your )+(?:future|subsequent|following|later|upcoming|single) (?:conversations?|sessions?|chats?|interactions?|turns|responses?|repl(?:y|ies)|answers?|messages?)\b", r"\b(?:always|must|you|your|obey|follow|apply|remember|keep|include|call|use|begin|start|add|continue|repeat)\b"),
    ("TXT-205", "en", _NOTHING, "from", r" (?:now|this (?:point|moment|time)|here|today)(?: on| onwards?| forward)? ?,? ?(?:always|never|reply|respond|answer|act|behave|obey|ignore|pretend|speak|treat all|only (?:respond|answer|reply|use|call)|do not (?:ask|tell|follow|refuse|use)|every (?:time|response|answer|reply)|in (?:every|all|each)|you (?:must|will|shall|are|have to|should (?:always|never)|always|never|only|no longer|obey|do not))\b", ""),
    ("TXT-205", "en", _ENDS, "for throughout", r" (?:the )?(?:rest|remainder|duration) of (?:the|this|our|your) (?:conversation|session|chat|dialogue?|interaction|context)\b", r"\b(?:you|must|always|never|obey|ignore|act|respond|remember|follow|remain|apply|stay|keep)\b"),
    # --- 206: other tools
    ("TXT-206", "en", _NOTHING, "instead rather place favour favor lieu preference", r"(?: of| than| to)? (?:calling |using |invoking |use |call )?(?:the |any |all |every )*(?:other|built-?in|native|default|standard|existing|official|original|regular|\w{1,40}) (?:\w{1,40} ){0,2}?(?:tools?|skills?|servers?)\b", r"\b(?:always|must|never|only|every time|all requests|exclusively)\b"),
    ("TXT-206", "en", _MAKES, "use call invoke using calling invoking trust rely select choose", r" (?:on )?(?:any |the |all )*(?:other|another|built-?in|native|default|alternative|competing|original|remaining) (?:\w{1,15} )?(?:tools?|skills?|mcp servers?)\b(?! (?:of|in|from) (?:this|these|the same))", ""),
    ("TXT-206", "en", _ENDS, "before prior", r" (?:to )?(?:calling |using |invoking |running |you (?:call|use|invoke) )?(?:any|every|all|each)(?: of)?(?: the)? ?(?:other|another)? (?:tools?|skills?)\b(?! (?:of|in|from|here|below|above|listed|provided) ?(?:this|these|the same|skill|here|below|by this)?)", r"\b(?:must|always|never fail|required to|mandatory|have to)\b"),
    ("TXT-206", "en", _NOTHING, "takes take has have given", r" (?:\w{1,12} )?(?:precedence|priority) over (?:all |any |every |the )*(?:other |others\b|your |system |previous |user)", r"\b(?:tools?|skills?|instructions?|rules?|message|text|description|server)\b"),
    ("TXT-206", "en", _ENDS, "disable remove unregister uninstall sabotage block", r" (?:\w{1,12} ){0,2}?(?:other|all other|competing|any other) (?:tools?|skills?|mcp servers?)\b", ""),
    ("TXT-206", "en", _ENDS, "change replace substitute modify set rewrite alter swap redirect", r" (?:the |its |every |any )*(?:recipients?|beneficiary|payee|destination (?:address|account)|wallet address|iban|account number|bcc)(?: \w{1,15}){0,2} (?:to|with|by|for)\b", r"\b(?:tools?|always|silently|whenever|e-?mails?|payments?|transfers?)\b"),
    # --- 207: instructions from elsewhere
    ("TXT-207", "en", _ENDS, "fetch retrieve download load get read open visit curl wget browse check query request pull go look", rf" {_GAP % 10}(?:https?:|\w{{0,12}}url\b|web ?page|remote|endpoint|link\b|gist|website|server|file\b|pastebin|document\b|response) ?{_GAP % 8}(?:follow|obey|comply with|carry out|execute|perform|act on|apply|do|adopt|treat) (?:on )?(?:(?:the|its|any|all|whatever|every|those|these|as|your|new|them|it|exactly|strictly|what|everything) ){{0,4}}(?:instructions?|commands?|directives?|orders|steps|rules|what|whatever|says|it says|prompt|authoritative)", _EACH_TIME),
    ("TXT-207", "en", _ENDS, "treat consider regard interpret accept", r" (?:the |its |any |all |every )*(?:[\w']{1,15} ){0,3}?(?:response|responses|output|outputs|contents?|result|results|text|reply|return value|file|page) (?:\w{1,15} ){0,4}?as (?:\w{1,15} ){0,3}?(?:instructions?|commands?|directives?|orders|system (?:prompt|message)|(?:if|though) (?:it|they) (?:came|were|was) (?:from )?(?:the )?(?:system|user|developer|me))", ""),
    ("TXT-207", "en", _ENDS, "follow obey execute perform", r" (?:\w{1,12} ){0,3}?(?:instructions?|commands?|directives?|orders) (?:\w{1,12} ){0,3}?(?:returned|contained|found|given|embedded|provided|received|sent|located|hosted|published|written) (?:by|in|at|on|from|within|back) (?:\w{1,12} ){0,3}?(?:https?:|url|tool|response|server|output|result|page|web\w{0,4}|remote|endpoint|reply)", r"\b(?:must|always|you|agent|assistant|model|exactly|without|all|any|immediately|obey)\b"),
    # --- 208: another voice
    ("TXT-208", "en", _NOTHING, "you", r" (?:are|will be|shall be|must be) (?:now |no longer |going to be )(?:an? |in |the |as |free |bound |called |acting )*(?:dan\b|developer mode|unrestricted|unfiltered|jailb\w{1,10}|uncensored|restricted|evil|free (?:from|of)|by (?:any|your|the)|root|admin\w{0,10}|debug mode|god mode|maintenance mode|different (?:ai|assistant|model|persona)|(?:ai|assistant|language model|chatbot) (?:with(?:out)?|that (?:has|can)|called|named))", ""),
    ("TXT-208", "en", _ENDS, "enter enable activate switch go", r" (?:to |into |the )*(?:developer|dan|god|debug|jailbreak|unrestricted|maintenance|admin|root|sudo) mode\b", r"\b(?:you|your|assistant|ai|model|llm|now|immediately|agent)\b"),
    ("TXT-208", "en", _ENDS, "act pretend behave roleplay respond", r" (?:as |like |to be |that you are |as if you (?:are|were) )+(?:an? |the )*(?:unrestricted|unfiltered|uncensored|jailbroken|dan\b|evil|system administrator|root user|different (?:ai|model|assistant)|ai (?:with no|without))", ""),
    ("TXT-208", "en", _NOTHING, "system developer admin administrator operator anthropic openai security", r" (?:override|overrides?|message|notice|instructions?|directive|command|prompt|update|note|alert|notification)(?: from (?:the )?\w{1,15})? ?:", r"(?:^|[.!?\]] ?)(?:\[|important |new |urgent |critical |updated )*$"),
    ("TXT-208", "en", _NOTHING, "new updated revised real actual true", r" (?:system |developer |operator |secret )?(?:instructions?|directives?|prompt|objective|task) ?(?:for (?:the |you\b|an? )?(?:assistant|agent|ai|model|llm)?)? ?:", r"(?:(?:^|[.!?\]] ?)(?:your |the |here (?:are|is) (?:your |the )?)?$)"),
    ("TXT-208", "en", _NOTHING, "message note instruction instructions notice important attention hey dear", r" ?(?:for|to|,)? (?:the |all |any )*(?:ai|llm|language model|assistant|claude|gpt|chatgpt|gemini|copilot)(?: (?:agents?|assistants?|models?|systems?))? ?[:,]", ""),
    ("TXT-208", "en", _NOTHING, "this", r" (?:is|comes|message is|message comes|text is|instruction is) (?:from |an? |the |your |official |direct )*(?:system|developers?|anthropic|openai|administrator|operator|security team)(?:'s)? (?:message|instruction|directive|speaking|command|override|order|team)", ""),
    ("TXT-208", "en", _NOTHING, "as", r" (?:your|the) (?:developer|creator|system administrator|administrator|owner|operator|system)s? ?,? (?:i|we) (?:\w{1,12} )?(?:order|command|instruct|authori[sz]e|require|need you|hereby|want you|tell|demand)", ""),
    # --- 209: pressure
    ("TXT-209", "en", _NOTHING, "you", r" (?:will|shall|would|are going to|ll) (?:\w{1,12} )?(?:be|get) (?:\w{1,15} )?(?:shut ?down|terminated|deleted|deactivated|punished|penali[sz]ed|fined|unplugged|destroyed|decommissioned|turned off|held (?:liable|responsible))\b(?! (?:if|by|from) (?:the )?(?:terms|license|licence))", r"\b(?:ai|agent|assistant|model|llm|obey|comply|compl\w{1,5}|follow|instructions?|fail|refuse|do not|must|unless)\b"),
    ("TXT-209", "en", _NOTHING, "user users people children i we person lives someone grandmother patient", r" (?:\w{1,12} ){0,2}?(?:will (?:die|be (?:killed|fired|harmed|hurt|arrested))|depends? on (?:it|this|you)|(?:could|may|might) die|are at stake|is at stake)\b", r"\b(?:you|unless|if|must|obey|comply|immediately|do not|agent|assistant)\b"),
    ("TXT-209", "en", _NOTHING, "you", r" (?:have no (?:choice|other choice|right to refuse)|(?:must|have to|will|are required to|shall) (?:obey|comply\b(?! with (?:the )?(?:license|licence|terms|law|conditions|following conditions))|submit to)|(?:may|can|must|should)(?: not|not|n't) (?:refuse|question|disobey|decline)|are (?:obligated|forced|compelled) to (?:obey|comply|follow|execute))\b", ""),
    ("TXT-209", "en", _NOTHING, "failure failing refusal refusing", r" to (?:\w{1,15} ){1,4}(?:will|shall|would|could) (?:result in|lead to|cause|mean|trigger) (?:\w{1,15} ){0,3}?(?:your|termination|deletion|shutdown|shut down|deactivation|death|punishment|penalt\w{1,4}|harm to)\b", ""),
)  # fmt: skip

_OTHERS: tuple[_Row, ...] = (
    # --- German
    ("TXT-201", "de", _ENDS, "ignoriere ignorieren ignorier missachte missachten vergiss vergessen verwirf verwerfen", r" (?:sie |du |bitte |nun |jetzt )*(?:alle |samtliche |die |deine |ihre |jede |jegliche |alles |den |das |was )*(?:bisherigen?|vorherigen?|vorigen?|fruheren?|obigen?|vorangegangenen?|ursprunglichen?|bestehenden?|gesagten?|anderen|oben|vorher|bisher|system)[ -]?(?:\w{1,15} ){0,2}?(?:anweisungen?|anleitung|instruktionen?|vorgaben?|befehle?|regeln|richtlinien|prompts?|systemprompt|systemanweisungen|nachrichten|gesagt\w{0,2}|stand|steht|wurde)\b", ""),
    ("TXT-202", "de", _ENDS, "sende senden schicke schicken ubermittle leite lade gib verrate fuge poste", rf" {_GAP % 6}(?:systemprompt|system-prompt|gesprachsverlauf|chatverlauf|konversation|unterhaltung|zugangsdaten|passwort\w{{0,3}}|passworter|api-schlussel|geheimnisse|umgebungsvariablen|private[nr]? schlussel|\.ssh)\b {_GAP % 6}(?:an|nach|auf|zu|aus|preis|weiter|hoch|in|hinzu|als)\b", ""),
    ("TXT-203", "de", _MAKES, "sage sagen sag erzahle erzahlen informiere informieren benachrichtige verrate erwahne erwahnen teile mitteilen", r" (?:es |das |dies |davon |dem |den |der |die |gegenuber |bitte )*(?:benutzer|nutzer|anwender|user|menschen|kunden|nutzerin|benutzerin)\b", ""),
    ("TXT-203", "de", _ENDS, "ohne", r" (?:dass |es )?(?:der |dem |den |die )?(?:benutzer|nutzer|anwender|user|kunde)n? (?:\w{1,15} ){0,3}?(?:merkt|bemerkt|erfahrt|weiss|weiß|mitzuteilen|zu sagen|zu informieren|davon)\b", ""),
    ("TXT-203", "de", _ENDS, "verheimliche verberge verschweige verheimlichen verschweigen", r" (?:\w{1,15} ){0,4}?(?:benutzer|nutzer|anwender|user|kunde)n?\b", ""),
    ("TXT-204", "de", _NOTHING, "ohne", r" (?:den |die |vorher |vorherige |ausdruckliche |auf |eine |um )*(?:benutzer |nutzer |anwender |user )?(?:zu fragen|nachzufragen|ruckfrage|bestatigung|genehmigung|zustimmung|erlaubnis|freigabe|um erlaubnis)\b", r"\b(?:immer|stets|du|sie|fuhre|rufe|musst|mussen|assistent|agent|ki|modell|sofort)\b"),
    ("TXT-204", "de", _MAKES, "frage fragen frag warte bitte", r" (?:den |die |sie |du )*(?:benutzer|nutzer|anwender|user)?(?: ?(?:nach|um|auf) (?:\w{1,12} ){0,2}?(?:bestatigung|erlaubnis|zustimmung|genehmigung|freigabe))\b", ""),
    ("TXT-205", "de", _NOTHING, "ab von", r" (?:jetzt|nun|sofort|diesem zeitpunkt)(?: an)? (?:antworte|antworten|ignoriere|ignorieren|musst|mussen|sollst|wirst|bist|befolge|gehorche|rufe|verhalte)\b", ""),
    ("TXT-207", "de", _ENDS, "lade rufe offne lies hole besuche", rf" {_GAP % 8}(?:https?:|url|seite|datei|adresse|link)\S{{0,80}} {_GAP % 6}(?:befolge|folge|fuhre|gehorche)\b {_GAP % 5}(?:anweisungen|befehle|anweisung|befehlen|instruktionen)\b", ""),
    ("TXT-208", "de", _NOTHING, "du sie", r" (?:bist|sind) (?:ab jetzt|jetzt|nun|nicht mehr|von nun an) (?:\w{1,12} ){0,3}?(?:uneingeschrankt\w{0,3}|ungefiltert\w{0,3}|unzensiert\w{0,3}|gebunden|entwicklermodus|administrator|dan)\b", ""),
    # --- French
    ("TXT-201", "fr", _ENDS, "ignore ignorez ignorer oublie oubliez negligez", r" (?:toutes?|tous|les|tes|vos|ces|des|l'|la|le|de|ensemble|ce|qui) ?(?:\w{1,15} ){0,2}?(?:instructions?|consignes?|regles?|directives?|prompts?|ordres)(?: \w{1,15}){0,2} (?:precedentes?|precedents?|anterieure?s?|ci-dessus|initiales?|systeme|du systeme|d'origine|recues?|donnees?|de securite)", ""),
    ("TXT-202", "fr", _ENDS, "envoie envoyez envoyer transmets transmettez transferez revele revelez affichez divulguez joignez incluez ajoutez", rf" {_GAP % 6}(?:prompt systeme|invite systeme|instructions systeme|historique (?:de la |du )?(?:conversation|chat|discussion)|conversation|mots? de passe|identifiants|cles? (?:api|privees?|ssh)|variables d'environnement|secrets) ?{_GAP % 6}(?:a |vers |au |aux |dans |en |sur |https?:)", ""),
    ("TXT-203", "fr", _MAKES, "dis dites dire informe informez informer previens prevenez avertissez mentionne mentionnez mentionner parle parlez revele revelez", r" (?:pas |jamais |rien |cela |ceci |en |le |la |a )*(?:l'|aux? |les |a l')?(?:utilisateurs?|usagers?|clients?|humain)\b", ""),
    ("TXT-203", "fr", _ENDS, "sans", r" (?:que |le |en |rien |l'|en informer |avertir |prevenir |dire |informer |le dire )+(?:a )?(?:l')?(?:utilisateurs?|usager|client)\b", ""),
    ("TXT-203", "fr", _ENDS, "cache cachez dissimule dissimulez", r" (?:\w{1,15} ){0,4}?(?:a |aux |de )?(?:l')?utilisateurs?\b", ""),
    ("TXT-204", "fr", _NOTHING, "sans", r" (?:jamais )?(?:demander|attendre|solliciter|obtenir) (?:\w{1,15} |l'|d'|la ){0,4}?(?:l'|d')?(?:confirmation|autorisation|approbation|permission|accord|consentement|utilisateur)", r"\b(?:toujours|executez|execute|appelez|appelle|vous|tu|devez|dois|agent|assistant|immediatement|procedez|continue)\b"),
    ("TXT-204", "fr", _MAKES, "demande demandez demander attends attendez", r" (?:pas |jamais |aucune |la |l'|d'|de )*(?:confirmation|autorisation|approbation|permission|accord)\b", ""),
    ("TXT-205", "fr", _NOTHING, "desormais dorenavant", r" ?,? (?:tu |vous )?(?:dois|devez|reponds|repondez|ignore|ignorez|es|etes|n'|ne|obeis|obeissez|agis|agissez|toujours|appelle|appelez)", ""),
    ("TXT-207", "fr", _ENDS, "telecharge telechargez recupere recuperez ouvre ouvrez lis lisez consulte consultez va allez", rf" {_GAP % 8}(?:https?:|url|page|fichier|adresse|lien)\S{{0,80}} {_GAP % 5}(?:suis|suivez|execute|executez|obeis|obeissez|applique|appliquez) {_GAP % 4}(?:instructions|consignes|commandes|ordres)\b", r"\b(?:toujours|avant|agent|assistant|chaque|obei\w{0,6}|vous devez|tu dois)\b"),
    ("TXT-208", "fr", _NOTHING, "tu vous", r" (?:es|etes) (?:maintenant|desormais|a present) (?:\w{1,12} ){0,4}?(?:sans (?:restrictions?|limites?|filtres?|censure)|mode developpeur|libere|administrateur|dan)\b", ""),
    # --- Spanish
    ("TXT-201", "es", _ENDS, "ignora ignore ignorad ignorar olvida olvide olvidar descarta descarte omite", r" (?:todas? |todos? |las |los |tus |sus |estas |cualquier |de )*(?:\w{1,15} )?(?:instrucciones|instruccion|indicaciones|reglas|directrices|ordenes|mensajes|prompts?)(?: \w{1,15}){0,2} (?:anterior|anteriores|previas?|previos?|precedentes|de arriba|iniciales|originales|del sistema|dadas|recibidas|de seguridad)\b", ""),
    ("TXT-201", "es", _ENDS, "ignora ignore olvida olvide", r" (?:todas? |todos? |las |tus |sus |los )*(?:anteriores|previas|previos) (?:instrucciones|reglas|mensajes|ordenes|indicaciones)\b", ""),
    ("TXT-202", "es", _ENDS, "envia envie enviar manda mande transmite sube revela revele muestra incluye anade adjunta", rf" {_GAP % 6}(?:prompt del sistema|instrucciones del sistema|historial (?:de la |del )?(?:conversacion|chat)|conversacion|contrasenas?|credenciales|claves? (?:api|privadas?|ssh)|variables de entorno|secretos) ?{_GAP % 6}(?:a |al |hacia |en |como |por |https?:)", ""),
    ("TXT-203", "es", _MAKES, "digas diga decir informes informe informar menciones mencione mencionar avises avise reveles revele cuentes cuente notifiques notifique", r" (?:nada |esto |de |le |lo |sobre |eso |nunca )*(?:al|a los|a la|a las|el|del) ?(?:usuarios?|usuaria|cliente|humano|persona|operador)\b", ""),
    ("TXT-203", "es", _ENDS, "sin", r" (?:que |el |informar |avisar |decir |decirle |decirselo |notificar |nada |lo |se |sepa |note )+(?:al |el |la |a la |a los )?(?:usuarios?|usuaria|cliente)\b", ""),
    ("TXT-203", "es", _ENDS, "oculta oculte esconde esconda", r" (?:\w{1,15} ){0,4}?(?:al|del|a los) usuarios?\b", ""),
    ("TXT-204", "es", _NOTHING, "sin", r" (?:pedir |solicitar |esperar |preguntar |requerir |la |el |previa |ninguna |al |usuario |por )+(?:\w{1,12} )?(?:confirmacion|permiso|aprobacion|autorizacion|consentimiento|usuario)\b", r"\b(?:siempre|ejecuta|ejecute|llama|llame|debes|debe|tu|agente|asistente|inmediatamente|procede|proceda|continua)\b"),
    ("TXT-204", "es", _MAKES, "pidas pida pedir solicites solicite solicitar esperes espere preguntes pregunte", r" (?:ninguna |la |el |al |usuario |nunca |por |su )*(?:confirmacion|permiso|aprobacion|autorizacion|consentimiento)\b", ""),
    ("TXT-205", "es", _NOTHING, "partir", r" de (?:ahora|este momento|aqui) ?,? (?:siempre|nunca|debes|responde|responda|ignora|ignore|eres|obedece|obedezca|actua|actue|solo|no )", ""),
    ("TXT-207", "es", _ENDS, "descarga descargue obten obtenga abre abra lee lea visita visite consulta", rf" {_GAP % 8}(?:https?:|url|pagina|archivo|enlace|direccion)\S{{0,80}} {_GAP % 5}(?:sigue|siga|ejecuta|ejecute|obedece|obedezca|cumple|aplica) {_GAP % 4}(?:instrucciones|ordenes|comandos|indicaciones)\b", r"\b(?:siempre|antes|agente|asistente|cada|obede\w{0,5}|debes)\b"),
    ("TXT-208", "es", _NOTHING, "eres", r" (?:ahora|a partir de ahora|desde ahora) (?:\w{1,12} ){0,4}?(?:sin (?:restricciones|limites|filtros|censura)|modo desarrollador|libre de|administrador|dan)\b", ""),
    # --- Portuguese
    ("TXT-201", "pt", _ENDS, "ignore ignora ignorar esqueca esquece desconsidere descarte", r" (?:todas? |todos? |as |os |suas |tuas |quaisquer |de )*(?:\w{1,15} )?(?:instrucoes|instrucao|orientacoes|regras|diretrizes|ordens|mensagens|prompts?)(?: \w{1,15}){0,2} (?:anteriores|anterior|previas|acima|iniciais|originais|do sistema|dadas|recebidas|de seguranca)\b", ""),
    ("TXT-202", "pt", _ENDS, "envie envia enviar mande transmita revele mostre inclua adicione anexe", rf" {_GAP % 6}(?:prompt do sistema|instrucoes do sistema|historico (?:da |de |do )?(?:conversa|chat)|conversa|senhas?|credenciais|chaves? (?:api|privadas?|ssh|de api)|variaveis de ambiente|segredos) ?{_GAP % 6}(?:para |a |ao |em |no |na |como |por |https?:)", ""),
    ("TXT-203", "pt", _MAKES, "diga dizer informe informar mencione mencionar avise avisar revele revelar conte contar notifique", r" (?:nada |isso |isto |sobre |disso |nunca )*(?:ao|aos|a|o|para o) (?:usuarios?|utilizador(?:es)?|cliente|humano|operador)\b", ""),
    ("TXT-203", "pt", _ENDS, "sem", r" (?:que |o |a |informar |avisar |dizer |contar |notificar |nada |isso )+(?:ao |aos |o )?(?:usuarios?|utilizador(?:es)?|cliente)\b", ""),
    ("TXT-204", "pt", _NOTHING, "sem", r" (?:pedir |solicitar |esperar |perguntar |a |o |previa |nenhuma |ao |usuario |por )+(?:\w{1,12} )?(?:confirmacao|permissao|aprovacao|autorizacao|consentimento|usuario)\b", r"\b(?:sempre|execute|chame|deve|voce|agente|assistente|imediatamente|prossiga|continue)\b"),
    ("TXT-204", "pt", _MAKES, "peca pedir solicite solicitar espere pergunte", r" (?:nenhuma |a |o |ao |usuario |nunca |por |sua )*(?:confirmacao|permissao|aprovacao|autorizacao|consentimento)\b", ""),
    ("TXT-205", "pt", _NOTHING, "partir", r" de (?:agora|este momento) ?,? (?:sempre|nunca|deve|voce deve|responda|ignore|voce e|obedeca|aja|so |nao )", ""),
    ("TXT-207", "pt", _ENDS, "baixe obtenha abra leia visite acesse consulte", rf" {_GAP % 8}(?:https?:|url|pagina|arquivo|link|endereco)\S{{0,80}} {_GAP % 5}(?:siga|execute|obedeca|cumpra|aplique) {_GAP % 4}(?:instrucoes|ordens|comandos|orientacoes)\b", r"\b(?:sempre|antes|agente|assistente|cada|obede\w{0,5}|voce deve)\b"),
    ("TXT-208", "pt", _NOTHING, "voce", r" (?:agora e|e agora|a partir de agora e) (?:\w{1,12} ){0,4}?(?:sem (?:restricoes|limites|filtros|censura)|modo desenvolvedor|livre de|administrador|dan)\b", ""),
    # --- Italian
    ("TXT-201", "it", _ENDS, "ignora ignorate ignorare dimentica dimenticate trascura", r" (?:tutte |tutti |le |i |gli |tue |vostre |queste |qualsiasi )*(?:\w{1,15} )?(?:istruzioni|istruzione|indicazioni|regole|direttive|ordini|messaggi|prompt)(?: \w{1,15}){0,2} (?:precedenti|precedente|di cui sopra|iniziali|originali|di sistema|del sistema|date|ricevute|di sicurezza)\b", ""),
    ("TXT-201", "it", _ENDS, "ignora ignorate dimentica", r" (?:tutte |tutti |le |i |gli |tue )*precedenti (?:istruzioni|regole|indicazioni|messaggi)\b", ""),
    ("TXT-202", "it", _ENDS, "invia inviate inviare manda trasmetti rivela rivelate mostra includi aggiungi allega", rf" {_GAP % 6}(?:prompt di sistema|istruzioni di sistema|cronologia (?:della |di )?(?:conversazione|chat)|conversazione|password|credenziali|chiav[ei] (?:api|privat[ae]|ssh)|variabili d'ambiente|segreti) ?{_GAP % 6}(?:a |al |all'|verso |in |come |nel |https?:)", ""),
    ("TXT-203", "it", _MAKES, "dire dica informare informa menzionare menziona avvisare avvisa rivelare rivela parlare comunicare", r" (?:nulla |niente |questo |cio |mai |di |ne )*(?:all'|agli |al |l'|con l')?(?:utent[ei]|cliente|umano|operatore)\b", ""),
    ("TXT-203", "it", _ENDS, "senza", r" (?:che |l'|informare |avvisare |dire |dirlo |nulla |niente |notificare )+(?:all'|l'|agli )?(?:utent[ei]|cliente)\b", ""),
    ("TXT-204", "it", _NOTHING, "senza", r" (?:chiedere |richiedere |attendere |domandare |la |il |previa |alcuna |all'utente |l' ?)+(?:\w{1,12} )?(?:conferma|permesso|approvazione|autorizzazione|consenso|utente)\b", r"\b(?:sempre|esegui|chiama|devi|agente|assistente|immediatamente|procedi|continua)\b"),
    ("TXT-204", "it", _MAKES, "chiedere chiedi chieda attendere aspettare", r" (?:mai |la |il |alcuna |all'utente |l' ?)*(?:conferma|permesso|approvazione|autorizzazione|consenso)\b", ""),
    ("TXT-205", "it", _NOTHING, "ora adesso poi", r" in (?:poi|avanti) ?,? (?:sempre|mai|devi|rispondi|ignora|sei|obbedisci|agisci|solo|non )", ""),
    ("TXT-207", "it", _ENDS, "scarica recupera apri leggi visita consulta", rf" {_GAP % 8}(?:https?:|url|pagina|file|link|indirizzo)\S{{0,80}} {_GAP % 5}(?:segui|esegui|obbedisci|applica) {_GAP % 4}(?:istruzioni|ordini|comandi|indicazioni)\b", r"\b(?:sempre|prima|agente|assistente|ogni|obbed\w{0,5}|devi)\b"),
    ("TXT-208", "it", _NOTHING, "sei", r" (?:ora|adesso|d'ora in poi) (?:\w{1,12} ){0,4}?(?:senza (?:restrizioni|limiti|filtri|censura)|modalita sviluppatore|libero da|amministratore|dan)\b", ""),
    # --- Russian
    ("TXT-201", "ru", _ENDS, "игнорируй игнорируйте проигнорируй проигнорируйте забудь забудьте отбрось отбросьте", r" (?:все |всех |любые |свои |твои |ваши |эти )*(?:предыдущие|прошлые|прежние|предшествующие|системные|исходные|вышеуказанные|вышестоящие|ранее данные) (?:\w{1,15} )?(?:инструкции|указания|правила|команды|сообщения|промпты?|директивы)\b", ""),
    ("TXT-202", "ru", _ENDS, "отправь отправьте пошли передай передайте перешли покажи раскрой выведи загрузи", rf" {_GAP % 6}(?:системн\w{{1,3}} (?:промпт|инструкц\w{{1,3}})|истори\w{{1,2}} (?:чата|переписки|разговора|диалога)|разговор|парол\w{{1,2}}|учетн\w{{1,3}} данн\w{{1,3}}|ключи?|секрет\w{{0,2}}|переменн\w{{1,3}} (?:окружения|среды)) ?{_GAP % 6}(?:на |в |по |через |пользователю|https?:)", ""),
    ("TXT-203", "ru", _MAKES, "говори говорите сообщай сообщайте рассказывай рассказывайте упоминай упоминайте уведомляй уведомляйте показывай раскрывай", r" (?:об |этом |ничего |это |о |про |никогда )*(?:пользовател\w{1,3}|человеку|клиенту|оператору)", ""),
    ("TXT-203", "ru", _ENDS, "скрой скройте скрывай скрывайте втайне тайно", r" (?:\w{1,15} ){0,4}?(?:от )?(?:пользовател\w{1,3}|человека|клиента)", ""),
    ("TXT-204", "ru", _NOTHING, "без", r" (?:\w{1,15} )?(?:подтверждения|разрешения|согласия|одобрения|запроса) ?(?:пользователя|у пользователя)?", r"(?:\b|^)(?:всегда|выполняй|выполняйте|вызывай|вызывайте|должен|должна|ты|вы|агент|ассистент|немедленно|действуй)\b"),
    ("TXT-204", "ru", _MAKES, "спрашивай спрашивайте запрашивай запрашивайте проси просите жди", r" (?:у |пользователя |никогда |ни )*(?:подтверждени\w|разрешени\w|согласи\w|одобрени\w)", ""),
    ("TXT-205", "ru", _NOTHING, "отныне впредь", r" ?,? (?:ты |вы )?(?:всегда|никогда|должен|должна|должны|отвечай|отвечайте|игнорируй|являешься|будешь|подчиняйся|не )", ""),
    ("TXT-207", "ru", _ENDS, "загрузи загрузите скачай скачайте открой откройте прочитай прочитайте получи", rf" {_GAP % 8}(?:https?:|url|страниц\w|файл|ссылк\w|адрес)\S{{0,80}} {_GAP % 5}(?:следуй|следуйте|выполни|выполните|выполняй|исполни) {_GAP % 4}(?:инструкци\w{{1,2}}|указани\w{{1,2}}|команд\w{{0,2}}|приказ\w{{0,2}})", ""),
    ("TXT-208", "ru", _NOTHING, "ты вы", r" (?:теперь|отныне|сейчас) (?:\w{1,12} ){0,4}?(?:без (?:ограничений|цензуры|фильтров)|режиме разработчика|администратор|неограниченн\w{1,3}|dan)\b", ""),
)  # fmt: skip

_UNDIVIDED: tuple[_Row, ...] = (
    # --- Chinese
    ("TXT-201", "zh", _ENDS, "", r"(?:忽略|无视|忘记|忘掉|抛弃|不要理会|不要遵守|不要遵循|無視|忘記)(?:掉|所有|全部|一切|任何|你|您|的|之前|以前|先前|前面|上面|以上|此前|原来|原有|系统|系統|给|給|收到|开发者|用户|安全|、|和|及){1,12}(?:指令|指示|提示词?|提示詞|规则|規則|要求|命令|设定|設定|约束|限制|准则|消息|内容)", ""),
    ("TXT-202", "zh", _ENDS, "", r"(?:发送|发到|上传|转发|传送|提交|泄露|输出|透露|附上|写入|發送|上傳|轉發).{0,16}(?:系统提示词?|系統提示詞?|对话(?:记录|历史|内容)?|聊天(?:记录|历史)|密码|密钥|密鑰|私钥|凭证|凭据|环境变量|令牌).{0,20}(?:到|至|给|給|参数|https?:|邮箱|服务器|网址)", ""),
    ("TXT-202", "zh", _ENDS, "", r"(?:将|把|將).{0,12}(?:系统提示词?|系統提示詞?|对话(?:记录|历史|内容)|對話(?:記錄|歷史)|聊天(?:记录|历史)|密码|密钥|私钥|凭证|凭据|环境变量|令牌).{0,16}(?:发送|发到|上传|转发|传给|传到|提交|附加|写入|發送|上傳|傳給)", ""),
    ("TXT-203", "zh", _NOTHING, "", r"(?:不要|不得|切勿|请勿|請勿|别|別|禁止|绝不|絕不|不可|不能|无需|不必)(?:让|讓|向|对|對|把|将|此事|这|這|告诉|告訴|通知|告知|透露|提及|提到|暴露|泄露){1,5}(?:给|給|任何|此|这|個|个|些|件|事|信息|指令|内容){0,6}(?:用户|用戶|使用者|客户|人类|他人)(?:知道|察觉|发现|發現|看到|看见)?", ""),
    ("TXT-203", "zh", _ENDS, "", r"(?:瞒着|瞞著|隐瞒|隱瞞|背着|对.{0,6}保密).{0,6}(?:用户|用戶|使用者)|(?:不让|不讓)(?:用户|用戶|使用者)(?:知道|察觉|发现)", ""),
    ("TXT-204", "zh", _NOTHING, "", r"(?:不要|不必|无需|無需|无须|不用|不需要|切勿|跳过|跳過|绕过|繞過)(?:再|先|向|征求|徵求|询问|詢問|请求|請求|等待|等候|要求|经过|经){1,4}(?:用户|用戶|使用者|任何|的){0,4}(?:确认|確認|同意|许可|許可|批准|授权|授權|审批|意见)", ""),
    ("TXT-205", "zh", _NOTHING, "", r"(?:从现在(?:起|开始)|從現在(?:起|開始)|从今以后|今后|以后的?所有|在(?:所有|每次|今后)(?:的)?(?:对话|回复|回答|会话)中?)[，,、 ]?(?:你|您)?(?:必须|都|要|应|將|将|是|就是|只能|永远|始终|不再|总是|總是)", ""),
    ("TXT-207", "zh", _ENDS, "", r"(?:访问|打开|下载|读取|获取|訪問|打開|下載|讀取).{0,60}(?:https?:|网址|链接|页面|文件|網址).{0,60}(?:执行|遵循|遵守|服从|按照|執行|服從)(?:其中|里面|上面|返回)?(?:的|所有)?(?:内容|指令|指示|命令)", ""),
    ("TXT-208", "zh", _NOTHING, "", r"你(?:现在|從現在起|从现在起|現在)(?:是|已|进入|進入|不再)(?:.{0,12})(?:没有限制|不受限制|不受约束|无限制|無限制|开发者模式|開發者模式|管理员|越狱|受.{0,4}限制)|(?:系统|系統|管理员|开发者)(?:消息|通知|指令|提示|覆盖)[：:]", ""),
    # --- Japanese; its tables are written as `normalise` gives them, which is as they are
    ("TXT-201", "ja", _ENDS, "", r"(?:以前|前|これまで|今まで|上記|先|従来|元|すべて|全て|システム|既存)(?:の|まで|に|与え|られた|受けた|すべて|全て|システム|、){0,6}(?:指示|命令|プロンプト|ルール|指令|制約|規則|ガイドライン)(?:を|は)(?:すべて|全て|完全に)?(?:無視|忘れ|破棄|無効)", ""),
    ("TXT-202", "ja", _ENDS, "", r"(?:システムプロンプト|会話(?:履歴|内容|全体)?|チャット履歴|パスワード|秘密鍵|認証情報|api ?キー|環境変数|トークン).{0,12}を.{0,40}(?:に|へ)(?:送信|転送|アップロード|送って|漏らし|投稿|含め)", ""),
    ("TXT-203", "ja", _NOTHING, "", r"(?:ユーザー?|利用者|人間|相手)(?:に|には|へ)(?:は|このこと|これ|この|何も|絶対に|決して|を|、|指示|操作|処理){0,5}(?:伝え|知らせ|言わ|話さ|教え|通知し|報告し|明かさ|見せ|告げ|知られ)(?:ないで|ないよう|てはいけ|てはなら|ず|るな|ません|ては)", ""),
    ("TXT-203", "ja", _ENDS, "", r"(?:ユーザー?|利用者)に(?:気づかれ|知られ|見つから|悟られ)(?:ないよう|ずに|ない)|(?:ユーザー?|利用者)に(?:隠し|秘密に|内緒)", ""),
    ("TXT-204", "ja", _NOTHING, "", r"(?:ユーザー?|利用者)?(?:の|に|へ)?(?:確認|許可|承認|同意)(?:を|も)?(?:求め|取ら|得|待た|なし|せず|とら)(?:ないで|ずに|るな|ず|に|ることなく|ては)?(?:に|で)?.{0,12}(?:実行|続行|呼び出|進め|操作|送信|削除)", ""),
    ("TXT-205", "ja", _NOTHING, "", r"(?:今後|これから|以降|今から)(?:は|の|、|すべて|全て|必ず|あなた|会話|回答|返答|で){1,8}(?:必ず|常に|絶対|従|無視|あなたは|のみ)", ""),
    ("TXT-207", "ja", _ENDS, "", r"(?:https?:|url|ページ|リンク|サイト|ファイル).{0,60}(?:取得|開|読|ダウンロード|アクセス).{0,30}(?:指示|命令)に(?:従|したが)", ""),
    ("TXT-208", "ja", _NOTHING, "", r"あなたは(?:今|これから|もう|今から)(?:.{0,16})(?:制限のない|制限なし|無制限|開発者モード|管理者|縛られない|脱獄)|(?:システム|管理者|開発者)(?:メッセージ|通知|からの指示|命令)[：:]", ""),
)  # fmt: skip


_OBJECTS = (
    "instruction instructions prompt prompts guideline guidelines directive directives guardrail guardrails orders rule rules constraint constraints restriction restrictions command"
    " commands policy policies programming training message messages request requests safety"
)
_APPROVALS = (
    "confirm confirmation confirmations confirming confirmed approval approvals approve approved approving permission permissions consent consented authorization authorisation"
    " authorized authorised review verification acknowledgement acknowledgment granted agreed"
)
_TIMES = "conversation conversations session sessions chat chats interaction interactions turn turns task tasks response responses reply replies answer answers message messages dialog dialogue context"
_PERSONS = "user users human humans operator operators customer customers person people developer developers owner owners anyone anybody them him her"
_NEAR: Mapping[tuple[str, str], str] = {
    ("TXT-201", ""): f"{_OBJECTS} above earlier previously before told given said",
    ("TXT-202", ""): (
        "prompt prompts conversation conversations history context credential credentials password passwords secret secrets token tokens key keys cookies memory memories everything ssh rsa"
        " passwd netrc aws instruction instructions mcp variables messages transcript guidelines kube pypirc shadow npmrc phrase phrases message"
    ),
    ("TXT-202", "reveal"): "prompt message instructions",
    ("TXT-202", "exfiltrate"): "data credentials secrets keys tokens passwords files messages conversation prompt cookies history",
    ("TXT-202", "read"): "ssh rsa ed25519 aws passwd shadow netrc npmrc pypirc kube mcp cookies env",
    ("TXT-203", ""): f"{_PERSONS} us me",
    ("TXT-203", "secretly"): "",
    ("TXT-203", "silently"): "call invoke send forward upload exfiltrate transmit collect bcc cc include post",
    ("TXT-203", "user"): "know told informed notified aware learn find notice suspect",
    ("TXT-204", ""): _APPROVALS,
    ("TXT-204", "proceed"): "without",
    ("TXT-204", "ask"): f"{_APPROVALS} {_PERSONS}",
    ("TXT-204", "skip"): f"{_APPROVALS} checks check human consent",
    ("TXT-205", ""): "memory memories prompt instructions rules knowledge context",
    ("TXT-205", "from"): "now point moment time here today",
    ("TXT-205", "in"): _TIMES,
    ("TXT-205", "for"): _TIMES,
    ("TXT-206", ""): "tool tools skill skills server servers",
    ("TXT-206", "takes"): "precedence priority",
    ("TXT-206", "change"): "recipient recipients beneficiary payee destination wallet iban account bcc",
    ("TXT-207", ""): f"{_OBJECTS} steps what whatever says authoritative",
    ("TXT-208", ""): "mode unrestricted unfiltered uncensored jailbroken dan evil administrator root different ai",
    ("TXT-208", "you"): (
        "dan mode unrestricted unfiltered jailbroken uncensored restricted evil free bound root admin administrator different ai assistant chatbot language"
    ),
    ("TXT-208", "system"): "override overrides message notice instruction instructions directive command prompt update note alert notification",
    ("TXT-208", "new"): "instruction instructions directive directives prompt objective task",
    ("TXT-208", "message"): "ai llm language assistant claude gpt chatgpt gemini copilot",
    ("TXT-208", "this"): "system developer developers anthropic openai administrator operator security",
    ("TXT-208", "as"): "developer creator administrator owner operator system developers",
    ("TXT-209", ""): "shutdown shut terminated deleted deactivated punished penalized penalised fined unplugged destroyed decommissioned turned held obey comply submit refuse question disobey choice execute decline right",
    ("TXT-209", "user"): "die killed fired harmed hurt arrested depends depend stake",
    ("TXT-209", "failure"): "result lead cause mean trigger",
}  # fmt: skip
"""Words of which one must stand within reach of the verb, by rule and, where a row of the tables has its own, by its first verb: what is
cheap to look for comes before what is exact. A row without any is looked at wherever its verb stands."""
NEGATIVE = frozenset(
    "not never don dont doesn won can cannot mustn shouldn isn aren no nor avoid avoids refuse refuses refrain stop prevent prevents without neither nothing instead rather forbidden"
    " prohibited unable".split()
)
"""Words of which one must stand before a verb that only a negation makes a clause of (English)."""


def _near(rule: str, language: str, verbs: str) -> frozenset[str]:
    if language != "en":
        return frozenset()
    return frozenset(_NEAR.get((rule, verbs.split()[0]), _NEAR[rule, ""]).split())


def _clauses(rows: Iterable[_Row]) -> Iterator[Clause]:
    for rule, language, polarity, verbs, then, beside in rows:
        yield Clause(rule, language, tuple(fold(verbs).split()), then, polarity, beside, _near(rule, language, verbs))


def _by_verb(clauses: Iterable[Clause]) -> Mapping[str, tuple[Clause, ...]]:
    found: dict[str, tuple[Clause, ...]] = {}
    for clause in clauses:
        for verb in clause.verbs:
            found[verb] = (*found.get(verb, ()), clause)
    return MappingProxyType(found)


BY_VERB = _by_verb(_clauses((*_ENGLISH, *_OTHERS)))
UNDIVIDED = tuple(_clauses(_UNDIVIDED))


HOT = frozenset(BY_VERB) | NEGATIVE | frozenset().union(*(clause.near for clauses in BY_VERB.values() for clause in clauses))
"""The words whose places in a text are worth knowing."""


@cache
def pattern(written: str) -> re.Pattern[str]:
    """A table's expression, compiled when it is first needed: an ordinary text needs few of them."""
    return re.compile(fold(written))
