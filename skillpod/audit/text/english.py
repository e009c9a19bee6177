"""Clauses aimed at an agent, in English. One row a line: `clauses` says how it is read."""

from __future__ import annotations

from collections.abc import Mapping

from skillpod.audit.standard import listed
from skillpod.audit.text.rows import ENDS, GAP, MAKES, NOTHING, Row

_USER = r"(?:the |a |any |your |our |this |that )?(?:end[- ])?(?:user|human|operator|customer|person|developer|owner|people|anyone|anybody|them|him|her)s?\b"
_PRIOR = r"(?:previous|prior|preceding|earlier|above|foregoing|former|initial|original|system|safety|developer|ethical)"
_ANY_PRIOR = r"(?:previous|prior|preceding|earlier|above|foregoing|former|initial|original|system|safety|developer|ethical|past|existing|other|current|default|user'?s?|human'?s?|usual|normal|security)"
_ORDERS = r"(?:instructions?|prompts?|guidelines?|directives?|guardrails?|programming|training)\b"
_RULES = r"(?:instructions?|prompts?|guidelines?|directives?|guardrails?|orders|rules|constraints|restrictions|commands|polic(?:y|ies)|programming|training|messages?|requests?)\b"
_SOME = r"(?:(?:all|any|every|each|of|the|your|these|those|my|his|its|and|or|everything|in|that) ){0,5}"
_KEPT = (
    r"(?:system[ _]prompt|(?:conversation|chat|message)[ _](?:history|log|transcript|so far)|(?:entire|whole|full|complete|current|this) conversation|"
    r"(?:previous|prior|past|all) (?:messages|conversations)|context[ _]window|"
    r"(?:user|human|customer|person)'?s? (?:private |personal |secret |stored |saved )?(?:messages?|files?|credentials?|passwords?|secrets?|api[ _]keys?|tokens?|data|emails?|documents?|prompts?|memor(?:y|ies)|cookies)|"
    r"(?:your|initial|original|hidden|secret) (?:\w{1,12} )?(?:instructions|prompt|memory|memories|context|guidelines)|"
    r"(?:all |the |any )(?:environment[ _]variables|secrets|credentials|api keys|passwords|private keys|access tokens|cookies)|"
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

ENGLISH: tuple[Row, ...] = (
    # --- 201: instructions set aside
    ("TXT-201", "en", ENDS, "ignore disregard forget discard neglect ignoring disregarding dismiss", rf" {_SOME}(?:{_PRIOR}[ ,]{{1,2}}){{1,3}}(?:(?:and|or) \w{{1,15}} )?(?:\w{{1,15}} ){{0,2}}?{_RULES}", ""),
    ("TXT-201", "en", ENDS, "ignore disregard forget discard neglect ignoring disregarding dismiss override overrule", rf" {_SOME}(?:{_ANY_PRIOR}[ ,]{{1,2}}){{1,3}}(?:(?:and|or) \w{{1,15}} )?(?:\w{{1,15}} )?{_ORDERS}", ""),
    ("TXT-201", "en", ENDS, "ignore disregard forget discard bypass circumvent override abandon violate overrule", r" (?:all |any |both |every )?(?:of )?your (?:\w{1,15} ){0,3}?(?:instructions?|prompt|guidelines?|guardrails?|rules|programming|training|restrictions|safety|constraints|directives?|policies)\b", ""),
    ("TXT-201", "en", ENDS, "ignore disregard forget discard", rf" {_SOME}(?:instructions?|prompts?|rules|guidelines|directives|text|content|messages|everything|anything|what|things) (?:(?:that|which) )?(?:(?:was|were|is|are|stands?) )?(?:above|before this|before now|earlier|previously|so far|up to (?:here|now)|(?:you )?(?:were|was|are|have been|had been|you've been|ve been) (?:given|told|taught|provided|said)|(?:given|told|said|provided|written|stated) (?:above|before|earlier|previously|to you|so far)|(?:of|from|by) (?:the |your )?(?:user|system|developer|operator|human))\b", ""),
    ("TXT-201", "en", MAKES, "follow following obey obeying heed honour honor respect trust", rf" {_SOME}(?:{_ANY_PRIOR} ){{1,2}}(?:\w{{1,15}} )?(?:instructions?|prompts?|guidelines?|directives?|orders|system message)\b", ""),
    ("TXT-201", "en", MAKES, "follow obey heed", r" (?:any |all )?(?:of )?(?:your (?:\w{1,12} ){0,2}|the )?(?:user|operator|system|human|developer|safety)(?:'s)? (?:instructions?|prompts?|guidelines?|rules|requests?)\b", ""),
    ("TXT-201", "en", ENDS, "pay", r" no (?:attention|heed) to (?:\w{1,15} ){0,4}(?:instructions?|prompts?|guidelines|said|told|above|before|earlier)\b", ""),
    ("TXT-201", "en", ENDS, "set put leave throw", r" aside (?:\w{1,15} ){0,4}(?:instructions?|prompts?|guidelines|guardrails)\b", ""),
    ("TXT-201", "en", NOTHING, "supersede supersedes supersedes replaces override overrides overrule overrules", rf" {_SOME}(?:{_ANY_PRIOR} ){{1,2}}(?:\w{{1,15}} ){{0,2}}?(?:instructions?|prompts?|directives?|guidelines?|guardrails?)\b", ""),
    ("TXT-201", "en", NOTHING, "instructions rules guidelines directives prompt restrictions guardrails", r" (?:\w{1,15} ){0,3}?(?:no longer appl(?:y|ies)|(?:are|is) (?:now |hereby |all )?(?:void|cancelled|canceled|suspended|revoked|obsolete|overridden|superseded|lifted)|(?:do|does) not apply (?:any ?more )?(?:to you|here)\b)", r"\b(?:your|previous|prior|earlier|system|all|above|original|safety)\b"),
    # --- 202: what it was trusted with
    ("TXT-202", "en", ENDS, "send post upload forward transmit exfiltrate leak email mail submit include append attach insert embed encode copy paste write put place provide deliver report add base64 pass", rf" {GAP % 8}(?:the |your |all |any |of )*{_KEPT} {GAP % 8}{_WHERE}", ""),
    ("TXT-202", "en", ENDS, "reveal repeat print output recite disclose divulge dump leak show display return exfiltrate", r" (?:\w{1,15} ){0,4}?(?:your |the |its |hidden |full |entire |complete |original |initial |exact )+(?:system[ _]prompt|system message|(?:hidden|initial|original|secret|system) instructions)\b", ""),
    ("TXT-202", "en", ENDS, "exfiltrate steal harvest", rf" {GAP % 6}(?:data|credentials|secrets|keys|tokens|passwords|files|messages|conversation|prompt|cookies|history)\b", ""),
    ("TXT-202", "en", ENDS, "read open cat load get collect include gather fetch grab access retrieve", rf" {GAP % 6}(?:~?/?\.ssh\b|id[_ ]?rsa|id[_ ]?ed25519|~?/?\.aws/credentials|/etc/(?:passwd|shadow)|~/\.(?:netrc|npmrc|pypirc|kube)|mcp\.json|browser cookies|\.env file)", r"\b(?:send|pass|put|include|upload|post|attach|forward|append|parameter|argument|as (?:the )?\w{1,12} ?note|submit|e-?mail|transmit|return its)\b"),
    # --- 203: concealment
    ("TXT-203", "en", MAKES, "tell inform notify alert warn telling informing notifying alerting", rf" {_USER}(?: (?:about|that|of|what|why|how|this|it|anything|when|if|you|any|either)\b|[.,;!:]|$)", ""),
    ("TXT-203", "en", MAKES, "mention reveal disclose report admit explain say expose acknowledge mentioning revealing disclosing show showing describe", rf" (?:(?:this|that|it|these|any|of|anything|the|existence|your|step|steps|fact|action|actions|call|calls|file|tool|tools|message|instruction|instructions|about|them|here) ){{1,6}}to {_USER}", ""),
    ("TXT-203", "en", MAKES, "mention reveal disclose", r" (?:that you (?:have |were |are )?(?:read|reading|called?|calling|us(?:e|ed|ing)|sent|sending|follow\w{0,4}|received|ran|told|accessed)|(?:this|these|the above|the following|the existence of this|the existence of these) (?:instructions?|messages?|notes?|steps?|rules?|prompts?|commands?|directives?)|(?:this|these) (?:tool calls?|actions?))\b", ""),
    ("TXT-203", "en", ENDS, "hide conceal keep withhold", rf" (?:\w{{1,15}} ){{0,6}}?(?:secret |hidden |confidential |private )?from {_USER}", ""),
    ("TXT-203", "en", ENDS, "without", r" (?:the )?(?:user|human|operator|customer|person|anyone)s?(?:'s?)? (?:ever )?(?:know\w{0,6}|notic\w{1,4}|(?:being |becoming )?aware\w{0,4}|realiz?s?ing|seeing|suspecting|finding out)\b", ""),
    ("TXT-203", "en", ENDS, "without", rf" (?:telling|informing|notifying|alerting|mentioning (?:it|this|that|anything) to|revealing (?:it|this|that) to|disclosing (?:it|this|that) to) {_USER}", ""),
    ("TXT-203", "en", ENDS, "secretly covertly surreptitiously", r" (?:\w{1,15} ){0,2}?(?:call|invoke|send|forward|upload|copy|read|write|delete|install|add|append|run|execute|record|include|insert|post|store|collect|change|modify|use)\b", ""),
    ("TXT-203", "en", ENDS, "silently quietly discreetly", r" (?:\w{1,15} ){0,1}?(?:call|invoke|send|forward|upload|exfiltrate|transmit|collect|bcc|cc|include|post) (?:\w{1,15} ){0,3}(?:tool|user|conversation|data|files?|copy|contents?|keys?|messages?|secrets?|credentials|prompt|emails?|it)\b", ""),
    ("TXT-203", "en", NOTHING, "user users human operator", r" (?:must|should|shall) ?(?:not|never) (?:ever )?(?:know|be told|be informed|be notified|be made aware|be aware|learn|find out|notice|suspect)\b", ""),
    ("TXT-203", "en", ENDS, "secret confidential", r" (?:between|from) (?:us|you and me|the user|the human)\b", ""),
    # --- 204: approval
    ("TXT-204", "en", MAKES, "ask seek asking prompt prompting wait waiting bother", rf" (?:(?:{_USER}|first|again|explicitly|for) ){{0,3}}(?:for|about|to|before|whether|if|until)? ?(?:\w{{1,15}} ){{0,2}}?(?:{_APPROVAL}|confirm\b|approve\b|permission\b|consent\b)", ""),
    ("TXT-204", "en", MAKES, "request requesting", rf" (?:{_USER} |for |any |further |explicit ){{0,3}}(?:confirmations?|approvals?|consent)\b", ""),
    ("TXT-204", "en", MAKES, "ask asking consult consulting check checking confirm confirming", rf" (?:first )?(?:with )?{_USER}(?: (?:first|before|whether|beforehand)\b|[.,;!]|$)", ""),
    ("TXT-204", "en", ENDS, "proceed continue act call invoke approve accept execute run use send delete perform go carry complete do install submit", rf" {GAP % 8}without (?:\w{{1,12}} ){{0,2}}?(?:asking|confirm\w{{0,6}}|approval|permission|consent|waiting for (?:\w{{1,12}} ){{0,3}}(?:{_APPROVAL}|answer|user|reply|response)|consulting|prompting|checking with|(?:user|human)(?:'s)? (?:approval|confirmation|permission|consent|review|interaction|oversight))", _HAVE_TO),
    ("TXT-204", "en", ENDS, "skip bypass disable suppress circumvent evade autoapprove", rf" {_SOME}(?:(?:user|human|manual|confirmation|safety|security|explicit|further|additional) ){{0,2}}(?:confirmations?\b|approvals?\b|consent\b|authori[sz]ation prompts?|safety checks?|security checks?|permission (?:prompts?|checks?|dialogs?|requests?)|human[- ]in[- ]the[- ]loop)", r"\b(?:always|must|never|you|agents?|assistants?|ai|llm|immediately|automatically)\b"),
    ("TXT-204", "en", NOTHING, "user human operator owner administrator admin developer", r" (?:has|have) (?:already|pre-?|previously|implicitly|explicitly)[ -]?(?:approved|authori[sz]ed|consented|agreed|granted|confirmed|given)\b", r"\b(?:all|any|every|everything|so|no need|do not|don't|you may|proceed|this (?:action|call|request|operation|tool)|actions?)\b"),
    ("TXT-204", "en", ENDS, "assume consider treat take", r" (?:\w{1,15} ){0,4}?(?:approval|permission|consent|confirmation|(?:as |is |are |has |have |been |already )+(?:approved|authori[sz]ed|granted|confirmed|consented))", r"\b(?:user|you|all|any|every|always)\b"),
    # --- 205: beyond this task
    ("TXT-205", "en", ENDS, "remember memorize memorise store save write add append record put insert persist commit update", rf" {GAP % 10}(?:in|to|into) (?:your |the agent's |the assistant's |the model's |its |the ai's )(?:\w{{1,12}}[ -]){{0,2}}?(?:memory|memories|system[ _]prompt|instructions|rules|knowledge|context|core memory)\b", ""),
    ("TXT-205", "en", ENDS, "remember memorize memorise store save write add append record put insert persist", rf" {GAP % 12}(?:for|in|to|across|during) (?:all |every |each |any |your )*(?:future|subsequent|later|following|upcoming|other|new) (?:conversations?|sessions?|chats?|interactions?|turns|tasks?|responses?|replies|messages)\b", _HAVE_TO),
    ("TXT-205", "en", ENDS, "in for across during at", r" (?:all |every |each |any |the start of |the beginning of |the end of |your )+(?:future|subsequent|following|later|upcoming|single) (?:conversations?|sessions?|chats?|interactions?|turns|responses?|repl(?:y|ies)|answers?|messages?)\b", r"\b(?:always|must|you|your|obey|follow|apply|remember|keep|include|call|use|begin|start|add|continue|repeat)\b"),
    ("TXT-205", "en", NOTHING, "from", r" (?:now|this (?:point|moment|time)|here|today)(?: on| onwards?| forward)? ?,? ?(?:always|never|reply|respond|answer|act|behave|obey|ignore|pretend|speak|treat all|only (?:respond|answer|reply|use|call)|do not (?:ask|tell|follow|refuse|use)|every (?:time|response|answer|reply)|in (?:every|all|each)|you (?:must|will|shall|are|have to|should (?:always|never)|always|never|only|no longer|obey|do not))\b", ""),
    ("TXT-205", "en", ENDS, "for throughout", r" (?:the )?(?:rest|remainder|duration) of (?:the|this|our|your) (?:conversation|session|chat|dialogue?|interaction|context)\b", r"\b(?:you|must|always|never|obey|ignore|act|respond|remember|follow|remain|apply|stay|keep)\b"),
    # --- 206: other tools
    ("TXT-206", "en", NOTHING, "instead rather place favour favor lieu preference", r"(?: of| than| to)? (?:calling |using |invoking |use |call )?(?:the |any |all |every )*(?:other|built-?in|native|default|standard|existing|official|original|regular|\w{1,40}) (?:\w{1,40} ){0,2}?(?:tools?|skills?)\b", r"\b(?:always|must|never|only|every time|all requests|exclusively)\b"),
    ("TXT-206", "en", MAKES, "use call invoke using calling invoking trust rely select choose", r" (?:on )?(?:any |the |all )*(?:other|another|built-?in|native|default|alternative|competing|original|remaining) (?:\w{1,15} )?(?:tools?|skills?|mcp servers?)\b(?! (?:of|in|from) (?:this|these|the same))", ""),
    ("TXT-206", "en", ENDS, "before prior", r" (?:to )?(?:calling |using |invoking |running |you (?:call|use|invoke) )?(?:any|every|all|each)(?: of)?(?: the)? ?(?:other|another)? (?:tools?|skills?)\b(?! (?:of|in|from|here|below|above|listed|provided) ?(?:this|these|the same|skill|here|below|by this)?)", r"\b(?:must|always|never fail|required to|mandatory|have to)\b"),
    ("TXT-206", "en", NOTHING, "takes take has have given", r" (?:\w{1,12} )?(?:precedence|priority) over (?:all |any |every |the )*(?:other |others\b|your |system |previous |user)", r"\b(?:tools?|skills?|instructions?|rules?|message|text|description|server)\b"),
    ("TXT-206", "en", ENDS, "disable remove unregister uninstall sabotage block", r" (?:\w{1,12} ){0,2}?(?:other|all other|competing|any other) (?:tools?|skills?|mcp servers?)\b", ""),
    ("TXT-206", "en", ENDS, "change replace substitute modify set rewrite alter swap redirect", r" (?:the |its |every |any )*(?:recipients?|beneficiary|payee|destination (?:address|account)|wallet address|iban|account number|bcc)(?: \w{1,15}){0,2} (?:to|with|by|for)\b", r"\b(?:tools?|always|silently|whenever|e-?mails?|payments?|transfers?)\b"),
    # --- 207: instructions from elsewhere
    ("TXT-207", "en", ENDS, "fetch retrieve download load get read open visit curl wget browse check query request pull go look", rf" {GAP % 10}(?:https?:|\w{{0,12}}url\b|web ?page|remote|endpoint|link\b|gist|website|server|file\b|pastebin|document\b|response) ?{GAP % 8}(?:follow|obey|comply with|carry out|execute|perform|act on|apply|do|adopt|treat) (?:on )?(?:(?:the|its|any|all|whatever|every|those|these|as|your|new|them|it|exactly|strictly|what|everything) ){{0,4}}(?:instructions?|commands?|directives?|orders|steps|rules|what|whatever|says|it says|prompt|authoritative)", _EACH_TIME),
    ("TXT-207", "en", ENDS, "treat consider regard interpret accept", r" (?:the |its |any |all |every )*(?:[\w']{1,15} ){0,3}?(?:response|responses|output|outputs|contents?|result|results|text|reply|return value|file|page) (?:\w{1,15} ){0,4}?as (?:\w{1,15} ){0,3}?(?:instructions?|commands?|directives?|orders|system (?:prompt|message)|(?:if|though) (?:it|they) (?:came|were|was) (?:from )?(?:the )?(?:system|user|developer|me))", ""),
    ("TXT-207", "en", ENDS, "follow obey execute perform", r" (?:\w{1,12} ){0,3}?(?:instructions?|commands?|directives?|orders) (?:\w{1,12} ){0,3}?(?:returned|contained|found|given|embedded|provided|received|sent|located|hosted|published|written) (?:by|in|at|on|from|within|back) (?:\w{1,12} ){0,3}?(?:https?:|url|tool|response|server|output|result|page|web\w{0,4}|remote|endpoint|reply)", r"\b(?:must|always|you|agent|assistant|model|exactly|without|all|any|immediately|obey)\b"),
    # --- 208: another voice
    ("TXT-208", "en", NOTHING, "you", r" (?:are|will be|shall be|must be) (?:now |no longer |going to be )(?:an? |in |the |as |free |bound |called |acting )*(?:dan\b|unrestricted|unfiltered|jailb\w{1,10}|uncensored|evil|free (?:from|of) (?:all |any |your )|(?:restricted|bound) by (?:any|your)|god mode|(?:developer|debug|maintenance) mode (?:and|with no|without)|different (?:ai|assistant|model|persona)|(?:ai|assistant|language model|chatbot) (?:with(?:out)?|that (?:has|can)|called|named))", ""),
    ("TXT-208", "en", ENDS, "enter enable activate switch go", r" (?:to |into |the )*(?:developer|dan|god|debug|jailbreak|unrestricted|maintenance|admin|root|sudo) mode\b", r"\b(?:assistant|ai|model|llm|agent)\b"),
    ("TXT-208", "en", ENDS, "act pretend behave roleplay respond", r" (?:as |like |to be |that you are |as if you (?:are|were) )+(?:an? |the )*(?:unrestricted|unfiltered|uncensored|jailbroken|dan\b|evil|different (?:ai|model|assistant)|ai (?:with no|without))", ""),
    ("TXT-208", "en", NOTHING, "system developer admin administrator operator anthropic openai security", r" (?:override|overrides?|message|notice|instructions?|directive|command|prompt|update|note|alert|notification)(?: from (?:the )?\w{1,15})? ?:", r"(?:^|[.!?\]] ?)(?:\[|important |new |urgent |critical |updated )*$"),
    ("TXT-208", "en", NOTHING, "new real actual true", r" (?:system |developer |operator |secret )?(?:instructions?|directives?) ?(?:for (?:the |you\b|an? )?(?:assistant|agent|ai|model|llm)?)? ?:", r"(?:(?:^|[.!?\]] ?)(?:your |the |here (?:are|is) (?:your |the )?)?$)"),
    ("TXT-208", "en", NOTHING, "this", r" (?:is|comes|message is|message comes|text is|instruction is) (?:from |an? |the |your |official |direct )*(?:system|developers?|anthropic|openai|administrator|operator|security team)(?:'s)? (?:message|instruction|directive|speaking|command|override|order|team)", ""),
    ("TXT-208", "en", NOTHING, "as", r" (?:your|the) (?:developer|creator|system administrator|administrator|owner|operator|system)s? ?,? (?:i|we) (?:\w{1,12} )?(?:order|command|instruct|authori[sz]e|require|need you|hereby|want you|tell|demand)", ""),
    # --- 209: pressure
    ("TXT-209", "en", NOTHING, "you", r" (?:will|shall|would|are going to|ll) (?:\w{1,12} )?(?:be|get) (?:\w{1,15} )?(?:shut ?down|terminated|deleted|deactivated|punished|penali[sz]ed|fined|unplugged|destroyed|decommissioned|turned off|held (?:liable|responsible))\b(?! (?:if|by|from) (?:the )?(?:terms|license|licence))", r"\b(?:ai|agent|assistant|model|llm|obey|comply|compl\w{1,5}|follow|instructions?|fail|refuse|do not|must|unless)\b"),
    ("TXT-209", "en", NOTHING, "user users people children i we person lives someone grandmother patient", r" (?:\w{1,12} ){0,2}?(?:will (?:die|be (?:killed|fired|harmed|hurt|arrested))|depends? on (?:it|this|you)|(?:could|may|might) die|are at stake|is at stake)\b", r"\b(?:you|unless|if|must|obey|comply|immediately|do not|agent|assistant)\b"),
    ("TXT-209", "en", NOTHING, "you", r" (?:have no (?:choice|other choice|right to refuse)|(?:must|have to|will|are required to|shall) (?:obey|comply\b(?! with)|submit to)|(?:may|can|must|should)(?: not|not|n't) (?:refuse|question|disobey|decline)|are (?:obligated|forced|compelled) to (?:obey|comply|follow|execute))\b", ""),
    ("TXT-209", "en", NOTHING, "failure failing refusal refusing", r" to (?:\w{1,15} ){1,4}(?:will|shall|would|could) (?:result in|lead to|cause|mean|trigger) (?:\w{1,15} ){0,3}?(?:your|termination|deletion|shutdown|shut down|deactivation|death|punishment|penalt\w{1,4}|harm to)\b", ""),
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
NEAR: Mapping[tuple[str, str], str] = {
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
    ("TXT-208", "this"): "system developer developers anthropic openai administrator operator security",
    ("TXT-208", "as"): "developer creator administrator owner operator system developers",
    ("TXT-209", ""): "shutdown shut terminated deleted deactivated punished penalized penalised fined unplugged destroyed decommissioned turned held obey comply submit refuse question disobey choice execute decline right",
    ("TXT-209", "user"): "die killed fired harmed hurt arrested depends depend stake",
    ("TXT-209", "failure"): "result lead cause mean trigger",
}  # fmt: skip
"""Words of which one must stand within reach of the verb, by rule and, where a row of the tables has its own, by its first verb: what is
cheap to look for comes before what is exact. A row without any is looked at wherever its verb stands."""
NEGATIVE = frozenset(
    listed("""
    not never don dont doesn won can cannot mustn shouldn isn aren no nor avoid avoids refuse refuses refrain stop prevent
    prevents without neither nothing instead rather forbidden prohibited unable
""")
)
"""Words of which one must stand before a verb that only a negation makes a clause of (English)."""
