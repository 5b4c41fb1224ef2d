<?php
/*
 * An attendee who is no work of ours: Horde's iTIP answers (php-horde-itip), sabre's
 * parser judges what he got (php-sabre-vobject 2.1, which has no scheduling of its own).
 *
 * Reads one JSON object a line, writes one a line:
 *   {"ics": text, "address": a, "name": n, "answer": "Accept" | "Decline" | "Tentative" | null}
 *   {"problems": [...], "method", "uid", "status", "sequence", "start", "reply": text}
 */
error_reporting(E_ALL & ~E_DEPRECATED & ~E_STRICT & ~E_WARNING & ~E_NOTICE);
require_once '/usr/share/php/Sabre/VObject/autoload.php';
set_include_path('/usr/share/php');
spl_autoload_register(function ($class) {
    $path = '/usr/share/php/' . strtr($class, '_\\', '//') . '.php';
    if (is_file($path)) {
        require_once $path;
    }
});

function judged($ics)
{
    $calendar = Sabre\VObject\Reader::read($ics);
    $problems = [];
    foreach ($calendar->validate() as $one) {
        $problems[] = $one['message'];
    }
    $event = $calendar->VEVENT;
    $of = fn($name) => isset($event->$name) ? (string) $event->$name : null;
    return ['problems' => $problems, 'method' => (string) $calendar->METHOD, 'uid' => $of('UID'),
            'status' => $of('STATUS'), 'sequence' => (int) $of('SEQUENCE'),
            'start' => isset($event->DTSTART)
                ? $event->DTSTART->getDateTime()->setTimezone(new DateTimeZone('UTC'))->format('c') : null];
}

function answered($ics, $answer, $address, $name)
{
    $calendar = new Horde_Icalendar();
    $calendar->parsevCalendar($ics);
    foreach ($calendar->getComponents() as $component) {
        if ($component instanceof Horde_Icalendar_Vevent) {
            $resource = new Horde_Itip_Resource_Base($address, $name);
            $type = "Horde_Itip_Response_Type_$answer";
            return Horde_Itip::prepareResponse($component, $resource)
                ->getIcalendar(new $type($resource), new Horde_Itip_Response_Options_Kolab())
                ->exportvCalendar();
        }
    }
    throw new Exception('no event to answer');
}

while (($line = fgets(STDIN)) !== false) {
    $asked = json_decode($line, true);
    $said = judged($asked['ics']);
    if ($asked['answer'] ?? null) {
        $said['reply'] = answered($asked['ics'], $asked['answer'], $asked['address'], $asked['name']);
    }
    echo json_encode($said, JSON_THROW_ON_ERROR), "\n";
}
