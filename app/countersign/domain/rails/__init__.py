"""Ways to pay: what each costs, when it leaves and arrives, and what can be got back (PRODUCT rows 6 and 8)."""
