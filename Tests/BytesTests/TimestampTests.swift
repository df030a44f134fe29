// Timestamps and civil dates.

import Bytes
import Testing

@Test func `every day of the calendar has one number, and numbers follow each other`() {
    var expected: Int64 = -719_162
    for year in 1...9999 {
        for month in 1...12 {
            guard let first = CivilDate(year: year, month: month, day: 1) else {
                Issue.record("no \(year)-\(month)-01")
                return
            }
            let length = (28...31).last { CivilDate(year: year, month: month, day: $0) != nil } ?? 0
            if first.daysSince1970 != expected || CivilDate(daysSince1970: expected) != first {
                Issue.record("\(year)-\(month) is \(first.daysSince1970), expected \(expected)")
                return
            }
            expected += Int64(length)
        }
    }
    #expect(expected == 2_932_897)
}

@Test(arguments: [(1900, 28), (2000, 29), (2023, 28), (2024, 29), (2100, 28)])
func `February has 29 days in leap years only`(year: Int, length: Int) {
    #expect(CivilDate(year: year, month: 2, day: length) != nil)
    #expect(CivilDate(year: year, month: 2, day: length + 1) == nil)
}

@Test(arguments: [
    (0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"), (1_494_007_200, "2017-05-05T18:00:00Z"),
    (951_782_400, "2000-02-29T00:00:00Z"), (-62_135_596_800, "0001-01-01T00:00:00Z"),
    (253_402_300_799, "9999-12-31T23:59:59Z"),
])
func `a second is written and read back`(seconds: Int, text: String) {
    #expect(Timestamp(secondsSince1970: Int64(seconds))?.description == text)
    #expect(Timestamp(rfc3339: text)?.secondsSince1970 == Int64(seconds))
}

@Test func `seconds outside the years 1 to 9999 are no timestamps`() {
    for seconds in [Int64.min, -62_135_596_801, 253_402_300_800, Int64.max] {
        #expect(Timestamp(secondsSince1970: seconds) == nil)
    }
}

@Test(arguments: [
    ("2017-05-05T20:00:00+02:00", "2017-05-05T18:00:00Z"), ("2017-05-05T13:30:00-04:30", "2017-05-05T18:00:00Z"),
    ("2017-05-05t18:00:00z", "2017-05-05T18:00:00Z"), ("2017-05-05 18:00:00.999Z", "2017-05-05T18:00:00Z"),
    ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"), ("2017-01-01T00:59:60+01:00", "2017-01-01T00:00:00Z"),
    ("2017-05-05T18:00:00-00:00", "2017-05-05T18:00:00Z"), ("2017-01-01T00:30:00+01:00", "2016-12-31T23:30:00Z"),
])
func `other forms of RFC 3339 are read`(text: String, expected: String) {
    #expect(Timestamp(rfc3339: text)?.description == expected)
}

@Test(arguments: [
    "", "2017-05-05", "2017-05-05T18:00Z", "2017-05-05T18:00:00", "2017-02-29T00:00:00Z", "2017-13-01T00:00:00Z",
    "2017-05-05T24:00:00Z", "2017-05-05T18:60:00Z", "2017-05-05T18:00:60Z", "2017-05-05T18:00:00.Z",
    "2017-05-05T18:00:00Z ", " 2017-05-05T18:00:00Z", "17-05-05T18:00:00Z", "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "2017-05-05T18:00:00+2:00", "2017-05-05T18:00:00+0200",
    "2017-05-05T18:00:00+24:00", "2017-05-05T18:00:00,5Z", "+017-05-05T18:00:00Z", "2017-05-05T18:00:0٣Z",
])
func `other texts are no timestamps`(text: String) {
    #expect(Timestamp(rfc3339: text) == nil)
}

@Test func `timestamps sort by time`() {
    let texts = ["2017-05-05T18:00:01Z", "0001-01-01T00:00:00Z", "2017-05-05T20:00:00+02:00"]
    #expect(
        texts.compactMap { Timestamp(rfc3339: $0) }.sorted().map(\.description) == [
            "0001-01-01T00:00:00Z", "2017-05-05T18:00:00Z", "2017-05-05T18:00:01Z",
        ])
}
