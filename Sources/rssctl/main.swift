print("rssctl")
