"""
What a person who reports is told, in every language that is complete: one catalogue, no sentence elsewhere.

The reader may be in distress. Short sentences, no blame, no promise that nobody can keep, and what to do next.
"""

from __future__ import annotations

import json
import os

from pdqlite.errors import ArgumentError

LANGUAGES = ("en", "de")

# key -> the same sentence in the order of LANGUAGES; {names} are filled in.
CATALOGUE: dict[str, tuple[str, str]] = {
    "ready": (
        "Your report is ready. Nothing has been sent.",
        "Ihre Meldung ist fertig. Es wurde nichts gesendet.",
    ),
    "preview": (
        "This is what the report would say. Nothing was written, and nothing was sent.",
        "Das würde in der Meldung stehen. Es wurde nichts geschrieben und nichts gesendet.",
    ),
    "stays": (
        "Your picture or video stays on this device. It is not in the report.",
        "Ihr Bild oder Video bleibt auf diesem Gerät. Es ist nicht in der Meldung.",
    ),
    "fingerprint": (
        "In the report is a fingerprint of it: numbers by which copies can be found, cropped and changed ones too.",
        "In der Meldung ist ein Fingerabdruck davon: Zahlen, mit denen sich Kopien finden lassen, auch beschnittene und veränderte.",
    ),
    "leaks": (
        "The fingerprint tells something: whoever can open the report could make a small, blurred picture from it. Only these can open it: {names}.",
        "Der Fingerabdruck verrät etwas: Wer die Meldung öffnen kann, könnte daraus ein kleines, unscharfes Bild machen. Öffnen können sie nur: {names}.",
    ),
    "also": ("The report also says:", "In der Meldung steht außerdem:"),
    "says-kind-image": ("it is a picture of {width} x {height} pixels", "es ist ein Bild von {width} x {height} Pixeln"),
    "says-kind-video": (
        "it is a video of {width} x {height} pixels and about {seconds} seconds",
        "es ist ein Video von {width} x {height} Pixeln und etwa {seconds} Sekunden",
    ),
    "says-category": ("what you call it: {category}", "wie Sie es nennen: {category}"),
    "says-reporter-shown": ("you are the person in it", "Sie sind die Person, die zu sehen ist"),
    "says-reporter-guardian": (
        "you care for the person in it, as a parent or guardian",
        "Sie sorgen für die Person, die zu sehen ist, als Elternteil oder Vormund",
    ),
    "says-reporter-trusted": (
        "you are a trusted reporter; it is signed with your key, so your reports can be linked",
        "Sie melden als vertrauenswürdige Stelle; die Meldung ist mit Ihrem Schlüssel signiert, Ihre Meldungen sind also verknüpfbar",
    ),
    "says-reporter-organisation": (
        "you are an organisation; it is signed with your key, so your reports can be linked",
        "Sie melden als Organisation; die Meldung ist mit Ihrem Schlüssel signiert, Ihre Meldungen sind also verknüpfbar",
    ),
    "says-country": ("the country: {country}", "das Land: {country}"),
    "says-no-country": ("no country", "kein Land"),
    "says-week": ("the week: {week}, not the day", "die Woche: {week}, nicht der Tag"),
    "says-statement": ("your own words, {count} characters", "Ihre eigenen Worte, {count} Zeichen"),
    "says-no-statement": ("none of your own words", "keine eigenen Worte"),
    "says-reply": (
        "a key made for this report alone, to which answers are sealed",
        "ein Schlüssel nur für diese Meldung, für den Antworten verschlossen werden",
    ),
    "says-no-reply": (
        "no key for answers: nobody can answer you, and the report cannot be withdrawn",
        "kein Schlüssel für Antworten: Niemand kann Ihnen antworten, und die Meldung lässt sich nicht zurückziehen",
    ),
    "no-name": (
        "Unless you wrote them into your own words, it does not say your name or address; nor your device, or when the file was made.",
        "Ihr Name und Ihre Adresse stehen nicht darin, außer Sie haben sie selbst hineingeschrieben; auch nicht Ihr Gerät und das Datum der Datei.",
    ),
    "send": (
        "Next: send {report} to each of these organisations, in the way their own page says. All of them can get the same file.",
        "Als Nächstes: Senden Sie {report} an jede dieser Organisationen, so wie es auf deren Seite steht. Alle können dieselbe Datei bekommen.",
    ),
    "keep": (
        "Keep {keep}, and give it to nobody. With it you read the answers and can withdraw the report. It cannot be replaced.",
        "Bewahren Sie {keep} auf und geben Sie es niemandem. Damit lesen Sie die Antworten und können die Meldung zurückziehen. Es lässt sich nicht ersetzen.",
    ),
    "then": (
        "Then people at these organisations look at the report. Only if enough organisations agree does the fingerprint go on a list.",
        "Dann sehen Menschen bei diesen Organisationen die Meldung an. Nur wenn genug Organisationen zustimmen, kommt der Fingerabdruck auf eine Liste.",
    ),
    "limits": (
        "Services that use the list can then find copies. It does not reach services that do not use it, and it deletes nothing that others have saved.",
        "Dienste, die die Liste nutzen, können dann Kopien finden. Andere Dienste erreicht sie nicht, und was andere gespeichert haben, löscht sie nicht.",
    ),
    "unsure": (
        "You can report it even if you do not know whether anybody has shared it.",
        "Sie können es auch melden, wenn Sie nicht wissen, ob jemand es weitergegeben hat.",
    ),
    "yourself": (
        "If it goes on a list, services may stop it when you send it yourself, too.",
        "Steht es auf einer Liste, können Dienste es auch aufhalten, wenn Sie selbst es senden.",
    ),
    "never-send": (
        "You never have to send the picture or video itself to anybody to make a report, and need not download it again.",
        "Für eine Meldung müssen Sie das Bild oder Video selbst niemals jemandem senden und es auch nicht noch einmal herunterladen.",
    ),
    "not-alone": (
        "What others do with it is not your fault. You can ask the organisations you report to who helps near you.",
        "Was andere damit tun, ist nicht Ihre Schuld. Sie können die Organisationen, an die Sie melden, fragen, wer in Ihrer Nähe hilft.",
    ),
    "too-plain": (
        "This one has too little detail to be found again. Another copy, if you already have one, or a longer part of the video may work.",
        "Das hier hat zu wenig Einzelheiten, um wiedergefunden zu werden. Eine andere Kopie, falls Sie schon eine haben, oder ein längerer Teil des Videos kann gehen.",
    ),
    "genuine": ("The answer is genuine: {name} signed it on {day}.", "Die Antwort ist echt: {name} hat sie am {day} unterschrieben."),
    "status-received": ("{name} has your report. Nothing is decided yet.", "{name} hat Ihre Meldung. Noch ist nichts entschieden."),
    "status-review": ("Somebody at {name} is looking at your report. Nothing is decided yet.", "Jemand bei {name} sieht sich Ihre Meldung an. Noch ist nichts entschieden."),
    "status-accepted": (
        "{name} agrees with your report and has handed the fingerprint to the list. It is on the list once enough organisations agree.",
        "{name} stimmt Ihrer Meldung zu und hat den Fingerabdruck an die Liste gegeben. Auf der Liste steht er, sobald genug Organisationen zustimmen.",
    ),
    "status-listed": ("The fingerprint is on the list {origin}, since release {seq} at the latest.", "Der Fingerabdruck steht auf der Liste {origin}, spätestens seit Ausgabe {seq}."),
    "status-declined": (
        "{name} did not accept your report. The reason given: {reason}. You can still report it to others, or again with your own words.",
        "{name} hat Ihre Meldung nicht angenommen. Angegebener Grund: {reason}. Sie können es trotzdem anderen melden, oder noch einmal mit eigenen Worten.",
    ),
    "status-withdrawn": (
        "{name} has received your withdrawal. What it had listed for you is to be left out of the next release, unless others reported it too.",
        "{name} weiß, dass Sie Ihre Meldung zurückziehen. Was für Sie auf der Liste stand, soll in der nächsten Ausgabe fehlen, sofern es nicht auch andere gemeldet haben.",
    ),
    "proof-same": (
        "This device has checked the proof: the fingerprint in the list is that of your report, and the release is in the public log.",
        "Dieses Gerät hat den Beweis geprüft: Der Fingerabdruck in der Liste ist der Ihrer Meldung, und die Ausgabe steht im öffentlichen Protokoll.",
    ),
    "proof-near": (
        "This device has checked the proof: the fingerprint in the list is of another copy of the same; {distance} of 256 numbers differ. The release is in the public log.",
        "Dieses Gerät hat den Beweis geprüft: Der Fingerabdruck in der Liste ist der einer anderen Kopie; {distance} von 256 Zahlen sind anders. Die Ausgabe steht im öffentlichen Protokoll.",
    ),
    "proof-unlogged": (
        "The fingerprint in the list is that of your report. The list does not use a public log, so only the organisations' signatures were checked.",
        "Der Fingerabdruck in der Liste ist der Ihrer Meldung. Diese Liste nutzt kein öffentliches Protokoll; geprüft wurden nur die Unterschriften der Organisationen.",
    ),
    "proof-near-unlogged": (
        "The fingerprint in the list is of another copy of the same; {distance} of 256 numbers differ. The list does not use a public log, so only the organisations' signatures were checked.",
        "Der Fingerabdruck in der Liste ist der einer anderen Kopie; {distance} von 256 Zahlen sind anders. Diese Liste nutzt kein öffentliches Protokoll; geprüft wurden nur die Unterschriften der Organisationen.",
    ),
    "proof-other": (
        "The proof is genuine, but of another fingerprint than those of your report. Give your file with --file to see whether it is a copy, or ask {name}.",
        "Der Beweis ist echt, gehört aber zu einem anderen Fingerabdruck als denen Ihrer Meldung. Mit --file und Ihrer Datei sehen Sie, ob es eine Kopie ist; oder fragen Sie {name}.",
    ),
    "proof-far": (
        "The proof is genuine, but of something else than your file: {distance} of 256 numbers differ. Ask {name}.",
        "Der Beweis ist echt, gehört aber zu etwas anderem als Ihrer Datei: {distance} von 256 Zahlen sind anders. Fragen Sie {name}.",
    ),
    "proof-unchecked": (
        "The proof was not checked: give the list's trust file with --trust.",
        "Der Beweis wurde nicht geprüft: Geben Sie die Vertrauensdatei der Liste mit --trust an.",
    ),
    "withdrawal": (
        "{file} takes your report back. Nothing has been sent. Send it to each organisation that got the report; whoever has it can see that a report was withdrawn, not which.",
        "{file} zieht Ihre Meldung zurück. Es wurde nichts gesendet. Senden Sie es an jede Organisation, die die Meldung bekam; wer es hat, sieht, dass eine Meldung zurückgezogen wurde, nicht welche.",
    ),
    "withdrawal-limits": (
        "Services can go on using the release they have until they get the next one.",
        "Dienste können die Ausgabe, die sie haben, nutzen, bis sie die nächste bekommen.",
    ),
    "shows-answer": (
        "It is an organisation's answer, sealed to whoever made the report. Read it with pdqlite report check and the file that was kept.",
        "Es ist die Antwort einer Organisation, verschlossen für die Person, die gemeldet hat. Lesen Sie sie mit pdqlite report check und der aufbewahrten Datei.",
    ),
    "shows-keep": (
        "It was kept with a report. It reads the answers and takes the report back, so give it to nobody. There is no fingerprint in it.",
        "Es wurde zu einer Meldung aufbewahrt. Damit liest man die Antworten und zieht die Meldung zurück; geben Sie es niemandem. Es ist kein Fingerabdruck darin.",
    ),
    "sealed-to": (
        "It is sealed to {count} organisations, and only they can open it. It is padded: its size says nothing of what is in it but that it fits into {bytes} bytes.",
        "Sie ist für {count} Organisationen verschlossen, nur diese können sie öffnen. Sie ist aufgefüllt: Ihre Größe sagt nur, dass der Inhalt in {bytes} Bytes passt.",
    ),
    "page-title": ("Make a report", "Eine Meldung machen"),
    "page-offline": (
        "This page cannot connect to anything: your browser forbids it. It makes a file, and you decide whom you send it to.",
        "Diese Seite kann sich mit nichts verbinden: Ihr Browser verbietet es. Sie macht eine Datei, und Sie entscheiden, wem Sie sie senden.",
    ),
    "page-file": ("1. The picture or video", "1. Das Bild oder Video"),
    "page-drop": ("Drop it here, or choose it:", "Ziehen Sie es hierher oder wählen Sie es:"),
    "page-looked": ("{name} was looked at, on this device.", "{name} wurde angesehen, auf diesem Gerät."),
    "page-cards": ("2. Whom to tell", "2. Wem Sie es melden"),
    "page-cards-help": (
        "Choose the cards of one or more organisations. Each offers its card on its own page:",
        "Wählen Sie die Karten einer oder mehrerer Organisationen. Jede bietet ihre Karte auf ihrer eigenen Seite an:",
    ),
    "page-about": ("3. What you want to say", "3. Was Sie dazu sagen möchten"),
    "page-category": ("What it is, in one word:", "Was es ist, in einem Wort:"),
    "page-shown": ("I am the person in it", "Ich bin die Person, die zu sehen ist"),
    "page-guardian": (
        "I care for the person in it, as a parent or guardian",
        "Ich sorge für die Person, die zu sehen ist, als Elternteil oder Vormund",
    ),
    "page-statement": (
        "Your own words, if you want. Leave it empty if you do not; do not write names you want to keep to yourself.",
        "Eigene Worte, wenn Sie möchten. Lassen Sie es sonst leer; schreiben Sie keine Namen, die Sie für sich behalten wollen.",
    ),
    "page-make": ("Make the report", "Meldung machen"),
    "page-save": ("Save {name}", "{name} speichern"),
    "page-bytes": ("Everything that is in it", "Alles, was darin steht"),
    "page-answers": ("Read the answers to a report, or take it back", "Antworten auf eine Meldung lesen, oder sie zurückziehen"),
    "page-answers-offline": (
        "What you choose here stays on this device. This page cannot connect to anything: your browser forbids it.",
        "Was Sie hier wählen, bleibt auf diesem Gerät. Diese Seite kann sich mit nichts verbinden: Ihr Browser verbietet es.",
    ),
    "page-your-keep": ("1. What you kept", "1. Was Sie aufbewahrt haben"),
    "page-your-keep-help": (
        "Choose the file ending in .keep that was saved with your report:",
        "Wählen Sie die Datei mit der Endung .keep, die zu Ihrer Meldung gespeichert wurde:",
    ),
    "page-no-keep": ("{name} is not a file that was kept with a report.", "{name} ist keine Datei, die zu einer Meldung aufbewahrt wurde."),
    "page-too-long": ("{name} is longer than any such file.", "{name} ist länger als jede solche Datei."),
    "page-their-answers": ("2. What organisations answered", "2. Was Organisationen geantwortet haben"),
    "page-their-answers-help": (
        "Choose one or more files ending in .receipt:",
        "Wählen Sie eine oder mehrere Dateien mit der Endung .receipt:",
    ),
    "page-proof": ("If an answer says it is on a list: check the proof", "Wenn eine Antwort sagt, es stehe auf einer Liste: den Beweis prüfen"),
    "page-trust-help": (
        "The trust file of the list. The list's own page offers it:",
        "Die Vertrauensdatei der Liste. Sie steht auf der Seite der Liste:",
    ),
    "page-copy-help": (
        "Your picture or video, only if you still have it and the list's fingerprint came from another copy. It stays on this device:",
        "Ihr Bild oder Video, nur falls Sie es noch haben und der Fingerabdruck der Liste von einer anderen Kopie stammt. Es bleibt auf diesem Gerät:",
    ),
    "page-they-say": ("What the answers say", "Was die Antworten sagen"),
    "page-no-answer": (
        "This is not an answer to a report, or it is damaged. Ask for the answer again.",
        "Das ist keine Antwort auf eine Meldung, oder sie ist beschädigt. Bitten Sie noch einmal um die Antwort.",
    ),
    "page-bad-answer": (
        "This does not open with what you kept. It is the answer to another report, or it was changed on its way. Choose the file ending in .keep that belongs to it.",
        "Das lässt sich mit dem, was Sie aufbewahrt haben, nicht öffnen. Es ist die Antwort auf eine andere Meldung, oder es wurde unterwegs verändert. Wählen Sie die Datei mit der Endung .keep, die dazu gehört.",
    ),
    "page-false-answer": (
        "No organisation that your report went to has signed this. Do not rely on it.",
        "Keine Organisation, an die Ihre Meldung ging, hat das unterschrieben. Verlassen Sie sich nicht darauf.",
    ),
    "page-cannot": (
        "This browser could not check this, so nothing can be said of it here. That is not your fault. Another or a newer browser may do it.",
        "Dieser Browser konnte das nicht prüfen, darum lässt sich hier nichts darüber sagen. Das liegt nicht an Ihnen. Ein anderer oder neuerer Browser kann es vielleicht.",
    ),
    "page-no-trust": (
        "{name} is not the trust file of a list. The list's own page offers it.",
        "{name} ist keine Vertrauensdatei einer Liste. Sie steht auf der Seite der Liste.",
    ),
    "page-proof-list": (
        "The proof was not checked: the trust file is of the list {other}, and the answer speaks of the list {origin}. Choose the trust file of that list.",
        "Der Beweis wurde nicht geprüft: Die Vertrauensdatei gehört zur Liste {other}, die Antwort spricht von der Liste {origin}. Wählen Sie die Vertrauensdatei dieser Liste.",
    ),
    "page-proof-apart": (
        "The proof was not checked: the trust file does not belong to it. They are of different lists, or of different types of one list (pictures, videos, files), which have a trust file each. Choose the other trust file from the list's own page, or ask {name}.",
        "Der Beweis wurde nicht geprüft: Die Vertrauensdatei gehört nicht zu ihm. Sie gehören zu verschiedenen Listen, oder zu verschiedenen Arten einer Liste (Bilder, Videos, Dateien), die je eine eigene haben. Wählen Sie die andere Vertrauensdatei von der Seite der Liste, oder fragen Sie {name}.",
    ),
    "page-proof-old": (
        "The proof could not be checked: the trust file and the release in the proof do not fit together, one of them may be too old. Choose the newest trust file from the list's own page, or ask {name} for a new answer.",
        "Der Beweis ließ sich nicht prüfen: Die Vertrauensdatei und die Ausgabe im Beweis passen nicht zusammen, eine davon kann zu alt sein. Wählen Sie die neueste Vertrauensdatei von der Seite der Liste, oder bitten Sie {name} um eine neue Antwort.",
    ),
    "page-proof-signers": (
        "The release in the proof is not signed by the organisations that the trust file names. If the trust file comes from the list's own page, do not rely on this answer, and ask {name}.",
        "Die Ausgabe im Beweis ist nicht von den Organisationen unterschrieben, die in der Vertrauensdatei stehen. Wenn die Vertrauensdatei von der Seite der Liste kommt, verlassen Sie sich nicht auf diese Antwort, und fragen Sie {name}.",
    ),
    "page-proof-log": (
        "The proof does not show that the release is in the public log, and the trust file asks for that. Ask {name} for a new answer.",
        "Der Beweis zeigt nicht, dass die Ausgabe im öffentlichen Protokoll steht, und die Vertrauensdatei verlangt das. Bitten Sie {name} um eine neue Antwort.",
    ),
    "page-proof-damaged": (
        "The proof could not be read: it or the trust file is damaged. Choose the trust file from the list's own page once more; if that does not help, ask {name} for a new answer.",
        "Der Beweis ließ sich nicht lesen: Er oder die Vertrauensdatei ist beschädigt. Wählen Sie noch einmal die Vertrauensdatei von der Seite der Liste; hilft das nicht, bitten Sie {name} um eine neue Antwort.",
    ),
    "page-bad-proof": (
        "The proof does not show what the answer says. Do not rely on it, and ask {name}.",
        "Der Beweis zeigt nicht, was die Antwort sagt. Verlassen Sie sich nicht darauf, und fragen Sie {name}.",
    ),
    "page-proof-unchecked": (
        "The proof was not checked yet: choose the trust file of the list above.",
        "Der Beweis wurde noch nicht geprüft: Wählen Sie oben die Vertrauensdatei der Liste.",
    ),
    "page-proof-cannot": (
        "This browser could not check the proof, so until now {name} alone says this. That is not your fault. Another or a newer browser may check it.",
        "Dieser Browser konnte den Beweis nicht prüfen, darum sagt das bisher nur {name}. Das liegt nicht an Ihnen. Ein anderer oder neuerer Browser kann ihn vielleicht prüfen.",
    ),
    "page-proof-other": (
        "The proof is genuine, but of another fingerprint than those of your report. Choose your picture or video above to see whether it is a copy, or ask {name}.",
        "Der Beweis ist echt, gehört aber zu einem anderen Fingerabdruck als denen Ihrer Meldung. Wählen Sie oben Ihr Bild oder Video, um zu sehen, ob es eine Kopie ist; oder fragen Sie {name}.",
    ),
    "page-back": ("3. Take the report back", "3. Die Meldung zurückziehen"),
    "page-back-help": (
        "You need not say why. It makes a file that you send to each organisation that got the report.",
        "Sie müssen nicht sagen, warum. Es entsteht eine Datei, die Sie an jede Organisation senden, die die Meldung bekam.",
    ),
    "page-make-back": ("Make the file that takes it back", "Die Datei machen, die sie zurückzieht"),
}  # fmt: skip


def language(asked: str | None) -> str:
    """Return the language to speak: what is asked for, else that of the environment, else English."""
    if asked is not None:
        if asked not in LANGUAGES:
            raise ArgumentError(f"--language needs one of {', '.join(LANGUAGES)}")
        return asked
    said = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "en")
    return said[:2] if said[:2] in LANGUAGES else "en"


def say(key: str, language: str, **values: object) -> str:
    """Return one sentence."""
    return CATALOGUE[key][LANGUAGES.index(language)].format(**values)


def module() -> str:
    """Return the catalogue as the web page imports it."""
    said = {name: {key: texts[i] for key, texts in CATALOGUE.items()} for i, name in enumerate(LANGUAGES)}
    return f"// Written by `python -m pdqlite.reports.words`.\nexport default {json.dumps(said, ensure_ascii=False, indent=1)};\n"


if __name__ == "__main__":
    print(module(), end="")
