// Address lists and dates.

import Bytes
import Testing

@testable import Mail

@Test(arguments: [
    ("", []), ("a@b.org", ["|a@b.org"]), ("<a@b.org>", ["|a@b.org"]), ("Ann <a@b.org>", ["Ann|a@b.org"]),
    ("Ann B. Clark <a@b.org>, d@e.org", ["Ann B. Clark|a@b.org", "|d@e.org"]),
    ("\"Clark, Ann\" <a@b.org>", ["Clark, Ann|a@b.org"]), ("\"q\\\"uote\" <a@b.org>", ["q\"uote|a@b.org"]),
    ("a@b.org (Ann (x) Clark)", ["Ann (x) Clark|a@b.org"]), ("(c) Ann (d) <a@b.org> (e)", ["Ann|a@b.org"]),
    ("Group: a@b.org, Ann <c@d.org>;", ["|a@b.org", "Ann|c@d.org"]), ("Undisclosed recipients:;", []),
    ("A: a@b; , B: c@d;, e@f", ["|a@b", "|c@d", "|e@f"]), ("a @ b . org", ["|a@b.org"]),
    ("Ann<a@b.org>", ["Ann|a@b.org"]),
    ("<@x.org,@y.org:a@b.org>", ["|a@b.org"]), ("\"a b\"@c.org", ["|\"a b\"@c.org"]),
    ("<\"a>b\"@c.org>", ["|\"a>b\"@c.org"]),
    ("Ann\r\n Clark <a@b.org>", ["Ann Clark|a@b.org"]), (",,a@b,,", ["|a@b"]), ("root", ["|root"]),
    ("two words", ["two words|"]),
    ("Ann <a@b.org", ["Ann|a@b.org"]), ("\"Ann <a@b.org>", ["Ann <a@b.org>|"]),
    ("Ann (never closed", ["never closed|Ann"]),
    ("=?utf-8?Q?Ann?= <a@b.org>", ["=?utf-8?Q?Ann?=|a@b.org"]), ("<>", ["|"]), ("Ann <>", ["Ann|"]),
    ("a@b.org c@d.org", ["|a@b.orgc@d.org"]), ("é <a@b>", ["é|a@b"]), ("<a@b> <c@d>", ["|a@b", "|c@d"]),
    ("Ann <a@b> Clark <c@d> x", ["Ann Clark|a@b", "x|c@d"]), ("a@[IPv6:::1]", ["|a@[IPv6:::1]"]),
    ("<a@[1.2.3.4]>; b@c", ["|a@[1.2.3.4]", "|b@c"]),
])
func `an address list is read`(value: String, expected: [String]) {
    #expect(addresses(in: value.bytes).map { "\($0.name.displayText)|\($0.address.displayText)" } == expected)
}

@Test(arguments: [
    ("Fri, 5 May 2017 20:00:00 +0200", "2017-05-05T18:00:00Z"), ("5 May 2017 18:00:00 GMT", "2017-05-05T18:00:00Z"),
    ("Fri,5 MAY 2017 18:00 UT", "2017-05-05T18:00:00Z"), ("05 may 2017 18:00:00 z", "2017-05-05T18:00:00Z"),
    ("Fri 5 May 17 13:00:00 -0500 (CDT)", "2017-05-05T18:00:00Z"), ("5 May 99 00:00:00 -0000", "1999-05-05T00:00:00Z"),
    ("5 May 49 0:0:0 +0000", "2049-05-05T00:00:00Z"), ("5 May 50 00:00:00 +0000", "1950-05-05T00:00:00Z"),
    ("5 May 117 00:00:00 +0000", "2017-05-05T00:00:00Z"),
    ("(a) Fri (b), (c(d)) 5 (e) May 2017 (f) 18:00:00 (g) +0000", "2017-05-05T18:00:00Z"),
    ("5 May 2017 12:00:00 EST", "2017-05-05T17:00:00Z"), ("5 May 2017 12:00:00 pdt", "2017-05-05T19:00:00Z"),
    ("5 May 2017 12:00:00 A", "2017-05-05T12:00:00Z"), ("5 May 2017 12:00:00 CEST", "2017-05-05T12:00:00Z"),
    ("5 May 2017 12:00:00", "2017-05-05T12:00:00Z"), ("31 Dec 2016 23:59:60 +0000", "2017-01-01T00:00:00Z"),
    ("1 Jan 2017 00:30:00 +0100", "2016-12-31T23:30:00Z"), ("29 February 2016 00:00:00 +0000", "2016-02-29T00:00:00Z"),
    ("Fri, 5 May 2017\t18:00:00\r\n +0000", "2017-05-05T18:00:00Z"),
    ("1 Jan 1970 00:00:00 +9959", "1969-12-27T20:01:00Z"),
])
func `a date is read`(value: String, expected: String) {
    let timestamp = DateField.seconds(in: value.bytes).flatMap { Timestamp(secondsSince1970: $0) }
    #expect(timestamp?.description == expected)
}

@Test(arguments: [
    "", "yesterday", "5 May 2017", "32 May 2017 00:00:00 +0000", "29 Feb 2017 00:00:00 +0000",
    "5 Mai 2017 00:00:00 +0000",
    "5 May 2017 24:00:00 +0000", "5 May 2017 00:60:00 +0000", "5 May 2017 00:00:61 +0000", "5 May 2017 00:00:00 +2",
    "5 May 2017 00:00:00 +0060", "5 May 20170 00:00:00 +0000", "5 May 2017 0000 +0000", "May 5 2017 00:00:00 +0000",
    "2017-05-05T18:00:00Z", "5 May 0000 00:00:00 +0000", "5 5 2017 00:00:00 +0000", "5 May 2017 1:2:3:4 +0000",
    "5 May 2017 00:00:00 U1", "Fri, Fri, 5 May 2017 00:00:00 Z", "5 May 2017 00:00:00 +٠٠٠٠",
])
func `what is no date gives none`(value: String) {
    #expect(DateField.seconds(in: value.bytes) == nil)
}
