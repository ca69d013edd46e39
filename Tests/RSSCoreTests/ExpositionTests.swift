import RSSModel
import Testing

@Suite struct ExpositionTests {
    @Test func `each name has one head, and labels and helps are escaped`() {
        var metrics = Exposition(prefix: "rssctl_x_")
        metrics.gauge(
            "rows", "Rows of a\\b\nc.",
            [.init(3, ("table", "public.\"a\\b\"\n")), .init(2.5, ("table", "t"), ("kind", "odd"))])
        metrics.gauge("none", "Nothing.", [])
        metrics.gauge("runway", "Far.", [.init(.infinity)])
        #expect(
            metrics.text == #"""
                # HELP rssctl_x_rows Rows of a\\b\nc.
                # TYPE rssctl_x_rows gauge
                rssctl_x_rows{table="public.\"a\\b\"\n"} 3
                rssctl_x_rows{table="t",kind="odd"} 2.5
                # HELP rssctl_x_runway Far.
                # TYPE rssctl_x_runway gauge
                rssctl_x_runway +Inf

                """#)
    }
}
