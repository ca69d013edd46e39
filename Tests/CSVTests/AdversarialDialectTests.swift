import CSV
import Testing

/// Inventories whose values are full of what other files separate by.
@Suite struct AdversarialDialectTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var delimiter: Character
        var columns: Int
        var text: String

        init(_ name: String, _ delimiter: Character, _ columns: Int, _ text: String) {
            (testDescription, self.delimiter, self.columns, self.text) = (name, delimiter, columns, text)
        }
    }

    static let tables = [
        Case(
            "MACs in each row", ",", 2, "serial,mac\nA1,00:1b:44:11:3a:b7\nB2,00:1b:44:11:3a:b8\nC3,00:1b:44:11:3a:b9\n"
        ),
        Case("MACs without a header", ",", 2, "A1,00:1b:44:11:3a:b7\nB2,00:1b:44:11:3a:b8\nC3,00:1b:44:11:3a:b9\n"),
        Case(
            "three times a row", ";", 4,
            "id;from;to;net\n1;08:00;16:30;08:30\n2;09:15;17:45;08:30\n3;07:00;12:00;05:00\n"),
        Case(
            "IPv6", ",", 3, "host,address,seen\na,2001:db8::1,2026-11-24T01:59:50Z\nb,fe80::1:2,2026-11-24T02:00:10Z\n"),
        Case("decimal commas", ";", 3, "serial;preis;gewicht\nA1;1,5;2,25\nB2;3,0;4,75\nC3;2,5;1,00\n"),
        Case("decimal commas, no header", ";", 3, "A1;1,5;2,25\nB2;3,0;4,75\nC3;2,5;1,00\n"),
        Case("decimal commas in a TSV", "\t", 3, "A1\t1,5\t2,25\nB2\t3,0\t4,75\nC3\t2,5\t1,00\n"),
        Case(
            "three words in each name", ",", 2,
            "name,city\nDell Latitude 7490,New York\nHP EliteBook 840,Den Haag\nAcer Swift 3,La Paz\n"),
        Case("evenly many words", ";", 2, "a b c;d e\nf g h;i j\nk l m;n o\np q r;s t\n"),
        Case(
            "JSON, quoted", ",", 3,
            "tag,attributes,site\nA1,\"{\"\"ram\"\": 8, \"\"os\"\": \"\"win\"\"}\",Paris\nA2,\"{\"\"ram\"\": 16, \"\"os\"\": \"\"mac\"\"}\",Rome\n"
        ),
        Case(
            "JSON, bare", ";", 3,
            "tag;attributes;site\nA1;{\"ram\": 8, \"os\": \"win\"};Paris\nA2;{\"ram\": 16, \"os\": \"mac\"};Rome\nA3;{};Oslo\n"
        ),
        Case(
            "JSON, bare, in a TSV", "\t", 2,
            "tag\tattributes\nA1\t{\"a\": 1, \"b\": 2}\nA2\t{\"a\": 1, \"b\": 3}\nA3\t{\"a\": 7, \"b\": 2}\n"),
        Case("semicolon lists", ",", 3, "id,tags,site\n1,a;b;c,Paris\n2,d;e;f,Rome\n3,g;h;i,Oslo\n"),
        Case("comma lists", ";", 3, "id;tags;site\n1;a,b,c;Paris\n2;d,e,f;Rome\n3;g,h,i;Oslo\n"),
        Case("bars in names", ",", 2, "id,name\n1,Dock | USB | black\n2,Dock | USB | grey\n3,Dock | LAN | grey\n"),
        Case("paths", ",", 3, "host,home,share\na,C:\\Users\\a,\\\\srv\\a\nb,C:\\Users\\b,\\\\srv\\b\n"),
        Case("paths that end in a backslash", ",", 3, "host,home,share\na,C:\\Users\\,x\nb,D:\\Data\\,y\nc,E:\\,z\n"),
        Case(
            "quoted paths that end in a backslash", ",", 2,
            "host,home\na,\"C:\\Users\\\"\nb,\"D:\\Data\\\"\nc,\"E:\\\"\n"),
        Case(
            "addresses of pages", ",", 2, "id,page\n1,https://example.com:8443/a?b=1&c=2\n2,http://example.org:80/x\n"),
        Case("apostrophes at the beginning", ",", 2, "id,city\n1,'s-Hertogenbosch\n2,'s-Gravenhage\n3,Paris\n"),
        Case(
            "apostrophes around parts", ",", 3,
            "id,city,note\n1,'s-Hertogenbosch,the 'old' one\n2,'t Zand,it's 'new'\n3,Paris,ok\n"),
        Case("inches", ",", 3, "id,screen,site\n1,24\" wide,Paris\n2,27\" wide,Rome\n3,13\",Oslo\n"),
        Case("times with seconds in front", ",", 3, "01:59:50,A1,in\n02:00:10,A2,out\n02:03:00,A3,in\n"),
        Case("notes full of commas", ";", 2, "id;note\n1;a, b, c\n2;d, e, f\n3;g, h, i\n4;j, k, l\n"),
        Case("versions and tildes", ",", 3, "pkg,version,path\na,1.2~rc1,~/a\nb,2.0~rc2,~/b\nc,1.0~rc1,~/c\n"),
        Case("one row of names only", ",", 4, "serial,site,mac,note\n"),
        Case("empty columns", ",", 5, "a,b,c,d,e\n1,,,,\n2,,,,\n3,,,,x\n"),
        Case("aligned by spaces beside commas", ",", 3, "a ,  b,   c\n1 ,  2,   3\n44,  5,   6\n"),
    ]

    @Test(arguments: tables) func `the delimiter is the one that makes the table`(table: Case) {
        for text in [table.text, table.text.replacing("\n", with: "\r\n"), String(table.text.dropLast())] {
            let detection = DialectDetector.detect(Array(text.utf8)[...], isWhole: true)
            #expect(detection.dialect.delimiter == table.delimiter.asciiValue)
            #expect(detection.columns == table.columns)
            #expect(detection.dialect.quote == UInt8(ascii: "\""))
            #expect(detection.dialect.escape == .doubledQuote)
            #expect(detection.leadingRecords == 0)
        }
    }

    static let columns = [
        ("serials", "SN-1041\nSN-2203\nSN-0007\nSN-3310\n"),
        ("MACs", "00:1b:44:11:3a:b7\n00:1b:44:11:3a:b8\n00:1b:44:11:3a:b9\n"),
        ("IPv6", "2001:db8:0:0:0:0:0:1\n2001:db8:0:0:0:0:0:2\n2001:db8:0:0:0:0:0:3\n"),
        ("times", "01:59:50\n02:00:10\n02:03:00\n"),
        ("moments", "2026-11-24 01:59:50\n2026-11-24 02:00:10\n2026-11-25 02:03:00\n"),
        ("models", "Dell Latitude 7490\nHP EliteBook 840\nAcer Swift 3\n"),
        ("names", "Anna Smith\nBob Jones\nEva Brandt\n"),
        ("pages", "https://example.com:80/a\nhttps://example.com:80/b\nhttps://example.com:80/c\n"),
        ("thousands", "1 204 000\n2 310 100\n1 000 999\n"),
        ("sentences", "It broke, sadly.\nNo.\nSent back\nWorks, after all, as new.\n"),
    ]

    @Test(arguments: columns) func `a single column stays one`(name: String, lines: String) {
        for text in [lines, "value\n" + lines] {
            let detection = DialectDetector.detect(Array(text.utf8)[...], isWhole: true)
            #expect(detection.columns == 1 && detection.confidence < 0.5)
            #expect(Reading.records(Array(text.utf8), detection.dialect).allSatisfy { $0.count == 1 })
        }
    }

    @Test func `prices under a name are a column, and without one a guess`() {
        let named = DialectDetector.detect(Array("preis\n1,50\n22,25\n3,99\n".utf8)[...], isWhole: true)
        #expect(named.columns == 1)
        let bare = DialectDetector.detect(Array("1,50\n22,25\n3,99\n".utf8)[...], isWhole: true)
        #expect(bare.confidence < 0.5)
    }
}
