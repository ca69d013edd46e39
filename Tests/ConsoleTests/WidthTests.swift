@testable import Console
import Testing

@Suite struct WidthTests {
    @Test(arguments: [
        ("", 0), ("abc", 3), ("東京", 4), ("e\u{301}", 1), ("👩‍🔧", 2), ("🇨🇭", 2), ("❤️", 2), ("❤", 1), ("👍🏽", 2),
        ("한글", 4), ("\u{1112}\u{1161}\u{11AB}", 2), ("ｱ", 1), ("Ａ", 2), ("a\u{200B}b", 2), ("–…─█", 4), ("が", 2),
        ("か\u{3099}", 2), ("␛", 1), ("1️⃣", 2), ("कि", 2), ("א", 1),
    ])
    func `widths are counted by what a person sees`(text: String, width: Int) {
        #expect(DisplayWidth.of(text) == width)
    }

    @Test func `a cut text never exceeds its width`() {
        let text = "a東京b👩‍🔧c–é한글"
        for width in 0...20 { #expect(DisplayWidth.of(TextFit.cut(text, to: width)) <= width) }
        #expect(TextFit.cut("abc", to: 3) == "abc")
        #expect(TextFit.cut("東京", to: 3) == "東…")
        #expect(TextFit.cut("東京", to: 2) == "…")
    }

    @Test func `wrapping loses nothing but blanks`() {
        let text = "the quick brown 東京 fox 👩‍🔧 jumps-over-the-lazy-dog and runs"
        for width in 2...70 {
            let (lines, isCut) = TextFit.wrap(text, width: width, maxLines: .max)
            #expect(!isCut)
            #expect(lines.joined().filter { $0 != " " } == text.filter { $0 != " " })
            #expect(lines.allSatisfy { DisplayWidth.of($0) <= width })
        }
        #expect(TextFit.wrap("one two three", width: 7, maxLines: 1).lines == ["one tw…"])
        #expect(TextFit.wrap("/tmp/folder/sub", width: 12, maxLines: 3).lines == ["/tmp/folder/", "sub"])
        #expect(TextFit.wrap("events_2026_12_note", width: 16, maxLines: 3).lines == ["events_2026_12_", "note"])
        #expect(TextFit.wrap("東", width: 1, maxLines: 3).lines == ["東"])
    }

    @Test func `flexible columns give way, the widest first`() {
        func measure(_ width: Int, _ flexible: Bool) -> TableLayout.Measure {
            .init(natural: width, header: 4, isFlexible: flexible)
        }
        let columns = [measure(10, false), measure(30, true), measure(20, true)]
        #expect(TableLayout.decide(columns, width: nil) == .columns([10, 30, 20]))
        #expect(TableLayout.decide(columns, width: 64) == .columns([10, 30, 20]))
        #expect(TableLayout.decide(columns, width: 54) == .columns([10, 20, 20]))
        #expect(TableLayout.decide(columns, width: 30) == .columns([10, 8, 8]))
        #expect(TableLayout.decide(columns, width: 29) == .records)
        for width in 30...63 {
            guard case .columns(let widths) = TableLayout.decide(columns, width: width) else {
                Issue.record("no columns at \(width)")
                continue
            }
            #expect(widths.reduce(4, +) == width)
        }
    }
}
