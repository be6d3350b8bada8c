"""Names of the days that fall on the same date every year, as patterns: [a|b] is either, [a|] is a or nothing."""

FIXED_DAYS = """
1/1 new year[s|][ day|]
1/4 world braille day
1/6 epiphany|three kings[ day|]|twelfth night
1/7 orthodox christmas[ day|]
1/14 orthodox new year[s|][ day|]|old new year
1/15 [indian |]army day
1/24 international day of education
1/25 burns [night|supper|day]
1/26 international customs day|australia day|republic day[ of india|]|indian republic day
1/27 international day of commemoration in memory of the victims of the holocaust
1/27 [international |]holocaust [memorial|remembrance] day
1/28 data [privacy|protection] day
2/2 ground[ |]hog[s|][ day|]|world wetlands day|candlemas
2/4 world cancer day
2/6 waitangi day
2/6 international day of zero tolerance [for|to] female genital mutilation
2/10 world pulses day
2/11 international day of women and girls in science|world day of the sick
2/12 lincolns birthday|darwin day
2/13 world radio day
2/14 [st |saint |]valentine[s|][ day|]|v day|vday
2/20 world day of social justice
2/21 [international |]mother language day
3/1 zero discrimination day|[st |saint ]davids day
3/3 world wildlife day
3/8 [international |]women[s|] day
3/14 pi day
3/17 [st |saint |][patricks|patrick|pattys|paddys|paddy] day|[st |saint ][patricks|patrick|pattys|paddys|paddy]
3/20 international day of happiness|[un |]french language day
3/21 international day of nowruz|nowruz|world poetry day|world down syndrome day|international day of forests
3/21 international day for the elimination of racial discrimination
3/22 world water day
3/23 world meteorological day
3/24 world tuberculosis day|world tb day
3/24 international day for the right to the truth[ concerning gross human rights violations|]
3/25 international day of remembrance of [the victims of slavery|slavery victims] and the transatlantic slave trade
3/25 international day of solidarity with detained and missing staff members|[feast of the |]annunciation[ day|]
4/1 april fool[s|][ day|]|all fools day
4/2 [world |]autism awareness day
4/4 [united nations |un |international |]mine awareness day
4/4 international day for mine awareness and assistance in mine action
4/6 international day of sport for development and peace
4/7 [united nations |un |]world health day|day of remembrance of the victims of the rwanda genocide
4/10 [national |]sibling[s|] day
4/12 international day of human space flight
4/18 [international day for monuments and sites|world heritage day]
4/20 chinese language day
4/21 world creativity and innovation day
4/22 [international mother |international |mother |]earth day
4/23 [un |]english language day|spanish language day|world book[ and copyright|] day|[saint |st ]georges day
4/23 feast of [saint|st] george
4/25 world malaria day|anzac day
4/26 [international |]chernobyl disaster remembrance day|world intellectual property day
4/28 world day for safety and health at work|workers memorial day
4/29 day of remembrance for all victims of chemical warfare
4/30 international jazz day|walpurgis night|walpurgisnacht
5/1 may day|international workers day|workers day|international labor day|loyalty day
5/2 world tuna day
5/3 world press freedom day
5/4 star wars day|may the fourth
5/5 cinco de mayo
5/8 world red cross and red crescent day|[international |]world red cross day|ve day|victory in europe day
5/8 world ovarian cancer day
5/8 time of remembrance and reconciliation for those who lost their lives during the second world war
5/9 victory day|europe day
5/10 world lupus day
5/12 [international |]nurses day
5/15 international day of families
5/16 international day of living together in peace|international day of light
5/17 world [telecommunication and |]information society day
5/17 [international |]day against homophobia[ and transphobia|]|world hypertension day
5/18 international museum day
5/20 world bee day|world metrology day
5/21 world day for cultural diversity[ for dialogue and development|]
5/22 international day for biological diversity|world biodiversity day
5/23 international day to end obstetric fistula|world turtle day
5/25 africa day|towel day
5/29 international day of united nations peacekeepers|international day of un peacekeepers
5/31 world no tobacco day
6/1 global day of parents|world milk day
6/3 world bicycle day
6/4 international day of innocent children victims of aggression
6/5 world environment day|international day for the fight against illegal unreported and unregulated fishing
6/6 [un |]russian language day|d day
6/8 world ocean[s|] day|world brain tumor day
6/12 world day against child [labour|labor]
6/13 international albinism awareness day
6/14 flag day|world blood donor day
6/15 world elder abuse awareness day
6/16 international day of family remittances|bloomsday
6/17 world day to combat desertification and drought
6/18 sustainable gastronomy day
6/19 juneteenth[ day|]|freedom day|international day for the elimination of sexual violence in conflict
6/20 world refugee day
6/21 international day of yoga|international yoga day|international day of the celebration of the solstice
6/23 [united nations |un |]public service day|international widows day
6/25 day of the seafarer
6/24 midsummer[s|] day|[saint |st ]johns day
6/26 international day against drug abuse and illicit trafficking|international day in support of victims of torture
6/30 international asteroid day|asteroid day
7/1 canada day
7/2 world ufo day
7/4 independence day|fourth of july|4th of july|july fourth
7/11 world population day
7/14 bastille day
7/15 world youth skills day
7/18 [international |]nelson mandela[ international|] day|mandela day
7/28 world hepatitis day
7/30 international day of friendship|international friendship day|world day against trafficking in persons
8/9 international day of the worlds indigenous people[s|]
8/12 international youth day
8/15 assumption of mary|assumption[ day|]|feast of the assumption|indian independence day
8/19 world humanitarian day
8/21 international day of remembrance [of|and|of and] tribute to the victims of terrorism
8/23 international day for the remembrance of the slave trade and its abolition
8/26 women[s|] equality day
8/29 international day against nuclear tests
8/30 international day of the victims of enforced disappearances
8/31 [international |]overdose awareness day
9/4 world sexual health day
9/5 international day of charity
9/8 [international |]literacy day
9/10 world suicide prevention day
9/11 patriot day
9/12 [united nations |un |international |]day for south south cooperation
9/13 programmers day
9/15 international day of democracy|battle of britain day
9/16 international day for the preservation of the ozone layer
9/17 constitution day|citizenship day
9/19 talk like a pirate day
9/21 international day of peace|world peace day
9/22 world car free day
9/23 [international |]celebrate bisexuality day|international day of sign languages
9/26 international day for the total elimination of nuclear weapons|european day of languages
9/26 world contraception day
9/27 world tourism day
9/28 world rabies day|international day for universal access to information
9/29 world heart day|michaelmas
9/30 international translation day
10/1 international day of older persons|world vegetarian day|international coffee day
10/2 international day of non violence|gandhi jayanti
10/3 german unity day|day of german unity
10/4 feast of [saint|st] francis of assisi|world animal day
10/5 [world |]teacher[s|] day
10/9 world post day
10/10 world mental health day
10/11 international day of the girl child|international day of the girl|national coming out day
10/13 international day for [natural |]disaster reduction
10/15 international day of rural women|global handwashing day
10/16 world food day
10/17 international day for the eradication of poverty
10/24 united nations day|un day|world development information day
10/27 world day for audiovisual heritage
10/29 world stroke day
10/31 [hallo|halo|hallowe|halloe|haloe|hallow]en[ day|]|halloween[ day|]|haloween[ day|]|hallow een|all hallows eve
10/31 all saints eve|world cities day|reformation day
11/1 all saint[s|][ day|]|all hallows[ day|]|world vegan day
11/2 all soul[s|][ day|]|day of the dead|dia de [los |]muertos
11/2 international day to end impunity for crimes against journalists
11/5 world tsunami awareness day|guy fawkes[ day| night|]|bonfire night
11/6 international day for preventing the exploitation of the environment in war and armed conflict
11/9 world freedom day
11/10 world science day for peace and development|[us |]marine corps birthday
11/11 veteran[s|][ day|]|armistice day|remembrance day|singles day|[saint |st ]martins day
11/12 world pneumonia day
11/13 world kindness day
11/14 [world |]diabetes day
11/16 international day for tolerance|international day of tolerance
11/17 world prematurity day|international students day
11/19 [international |]men[s|] day|world toilet day
11/20 [universal |world |]childrens day|[universal |]child day|africa industrialization day
11/21 world television day
11/25 international day for the elimination of violence against women
11/29 international day of solidarity with the palestinian people
11/30 day of remembrance for all victims of chemical warfare|[saint |st ]andrews day
12/1 world aids day
12/2 international day for the abolition of slavery|world day for the abolition of slavery
12/3 international day of [persons with disabilities|disabled persons]
12/4 international day of banks
12/5 international volunteer day[ for economic and social development|]|world soil day
12/6 [saint |st ]nicholas[ day|]|[saint |st ]nick[s|] day
12/7 international civil aviation day|pearl harbor[ remembrance|] day
12/8 [feast of the |]immaculate conception
12/9 [international |]anti corruption day|world genocide commemoration day
12/10 human rights day
12/11 international mountain day
12/13 [saint |st ][lucia|lucias|lucy|lucys] day
12/12 international day of neutrality|universal health coverage day
12/18 international migrants day|[un |]arabic language day
12/20 international human solidarity day
12/23 festivus
12/24 christmas eve|xmas eve|christmas day eve|christmass eve|x mas eve
12/25 christmas[ day|]|xmas[ day|]|x mas[ day|]|christmass|christmases
12/26 boxing day|[saint |st ]stephen[s|] day|feast of [saint|st] stephen|kwanzaa
12/31 new year[s|] eve|nye|silvester|sylvester|hogmanay
"""
