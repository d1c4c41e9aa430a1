"""The connector for Berlin Group NextGenPSD2 1.3, spoken by the practice bank too."""
