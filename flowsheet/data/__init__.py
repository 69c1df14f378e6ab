"""Every number of nature or market, each with its source."""
