"""Doors for machines that come by themselves: crawlers, harvesters, feed readers, reference managers, calendars."""
